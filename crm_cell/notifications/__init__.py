"""Notifications: what a user is told, reminders that come due, and waiting for both."""
