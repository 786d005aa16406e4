"""Collaborators: users beside its owner who read or change a customer."""
