"""Transfer of all data from one database to another."""
