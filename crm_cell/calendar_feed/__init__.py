"""A calendar of each user's open tasks, to subscribe to from a calendar program."""
