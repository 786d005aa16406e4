"""Goals: what a user is to win or to receive in a month."""
