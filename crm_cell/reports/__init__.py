"""What it all adds up to: the sales funnel and the figures for monitoring."""
