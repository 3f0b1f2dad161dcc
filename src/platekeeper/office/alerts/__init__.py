"""Reads that match hot lists, and what people do about it (ALR)."""
