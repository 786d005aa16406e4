"""Records by the ids that they have in other systems."""
