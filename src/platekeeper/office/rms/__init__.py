"""The records management system next door: known cases, and each access reported to it (SRC-03)."""
