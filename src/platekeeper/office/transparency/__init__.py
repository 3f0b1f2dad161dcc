"""What everybody may know: the policy in force and sums (PUB)."""
