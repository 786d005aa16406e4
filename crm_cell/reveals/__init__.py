"""Daily limits for revealing contact details, dry runs of imports and checks for duplicates."""
