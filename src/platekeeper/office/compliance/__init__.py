"""Whether an agency keeps what its policy asks, obligation by obligation, with evidence from its own data (GOV-06)."""
