"""A detective's cases: searches, reads and notes of one case together."""
