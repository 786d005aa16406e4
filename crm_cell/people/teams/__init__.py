"""Teams: a tree. A user who leads a team sees the records of everybody in it and below it."""
