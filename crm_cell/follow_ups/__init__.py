"""Follow-ups: notes of calls, visits and messages to customers."""
