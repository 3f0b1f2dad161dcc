"""Tags of the roster's pages."""
