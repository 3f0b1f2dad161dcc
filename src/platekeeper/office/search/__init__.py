"""Questions about the past: by plate, time and place, each with a purpose (SRC, PUR)."""
