"""The policies of the agencies that come with Platekeeper, one TOML file each."""
