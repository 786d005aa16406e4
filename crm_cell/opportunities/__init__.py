"""Opportunities: potential deals with a customer, their amounts and stages."""
