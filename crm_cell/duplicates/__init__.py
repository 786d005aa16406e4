"""`POST /duplicates/check`: which records the one that somebody is about to create may be."""
