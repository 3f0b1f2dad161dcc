"""Each obligation of an agency's policy and whether it is met, from live data."""
