"""Looking at a number or an address in full: counted, and put on record."""
