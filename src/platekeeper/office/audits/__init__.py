"""What the auditor reads: who asked what, and why (AUD)."""
