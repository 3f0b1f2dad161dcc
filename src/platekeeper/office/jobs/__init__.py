"""What runs on its own, on a schedule, and how its last run went."""
