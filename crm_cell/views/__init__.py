"""Views: how a list is shown, saved under a name."""
