"""What each user is told: the rows behind their notifications, for those who write them."""
