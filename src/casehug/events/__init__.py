"""Domain facts: what happened, told in the same transaction in which it happened."""
