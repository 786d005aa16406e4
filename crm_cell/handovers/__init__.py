"""What users own, and how it gets other owners when they leave."""
