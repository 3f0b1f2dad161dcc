"""Packages that a court can verify without us (HLD-01)."""
