"""Attacks on a really running server and its database; `python -m tests.attacks` prints what became of each."""
