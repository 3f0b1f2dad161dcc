"""The laws beneath the policies, one TOML file a state."""
