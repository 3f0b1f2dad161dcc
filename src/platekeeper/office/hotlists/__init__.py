"""Lists of vehicles of interest, and which version of each is in force (HOT)."""
