"""The list language: filter, sort, fields and embed, of every resource."""
