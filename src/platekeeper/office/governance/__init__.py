"""How an agency's policy comes into force: proposed, checked, approved by a second person, never changed (GOV)."""
