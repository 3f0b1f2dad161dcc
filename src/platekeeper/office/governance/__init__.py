"""The policy in force: published by two people, with its history and offices (GOV)."""
