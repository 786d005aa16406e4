"""Notifications of a user, reminders that come due, and waiting for both."""
