"""The rights of whoever is spoken of: to be handed out all that is kept, and to be forgotten."""
