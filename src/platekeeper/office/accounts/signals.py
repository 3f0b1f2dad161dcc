"""What happens at the door; the app above (access) writes it into the ledger (CJIS AU-2)."""

from django.dispatch import Signal

login_failed = Signal()  # person or None, locked, source
login_refused = Signal()  # person, decision, source
session_ended = Signal()  # person, decision
