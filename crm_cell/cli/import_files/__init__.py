"""The columns of files of customers."""
