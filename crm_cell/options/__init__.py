"""Options: the values of a field that each tenant names, orders and adds to."""
