"""Data-subject requests (GDPR, articles 15 and 17): find, export and erase what is stored about a
person."""
