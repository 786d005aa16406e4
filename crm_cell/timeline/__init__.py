"""The timeline of a customer: all that happened, newest first."""
