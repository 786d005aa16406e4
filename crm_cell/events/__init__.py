"""What happened, for the rest of the platform: rows in an outbox, in order and complete."""
