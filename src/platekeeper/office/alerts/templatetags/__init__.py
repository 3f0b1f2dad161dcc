"""Filters for pages about alerts."""
