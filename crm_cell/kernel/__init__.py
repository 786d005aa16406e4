"""The pure part: no I/O, no clock but the one passed in, imports nothing of the rest."""
