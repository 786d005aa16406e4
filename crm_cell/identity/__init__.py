"""Who a token stands for: signed tokens, the platform's word, and keys for machines."""
