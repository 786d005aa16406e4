"""Today: what a user, or a team, has to do now."""
