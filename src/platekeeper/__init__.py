"""Platekeeper: an ALPR system that reads plates and keeps to the agency's published policy."""
