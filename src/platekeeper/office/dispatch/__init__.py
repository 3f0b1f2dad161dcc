"""Units on the road, and what the dispatcher confirms for them (OPS)."""
