"""Reports: the sales funnel, and business metrics."""
