"""Whether each record has the audit entry of its creation."""
