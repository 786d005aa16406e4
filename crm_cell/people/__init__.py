"""People: users, the teams that they belong to, and whose records the leaders of teams see."""
