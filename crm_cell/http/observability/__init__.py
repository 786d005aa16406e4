"""Access log, request metrics and their export to Prometheus."""
