"""The forecast: goals, what was won, and what is expected, by month or by owner."""
