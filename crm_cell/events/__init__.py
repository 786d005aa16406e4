"""Events for other services of the platform: a transactional outbox."""
