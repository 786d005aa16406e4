"""Follow-ups: the calls, visits and messages by which a customer is kept in touch with."""
