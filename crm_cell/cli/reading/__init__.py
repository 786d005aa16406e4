"""Files of customers as people have them, read row by row."""
