"""Demo data: the tenant `demo` with half a year of fictitious sales."""
