"""Signs that the data is used for something else than work; nobody is exempt (PUR-05, PUR-06)."""
