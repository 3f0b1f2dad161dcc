"""The records management system beside us: its cases are asked about, and it hears of every access (PUR-14, SRC-03)."""
