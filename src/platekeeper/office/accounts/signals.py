"""What happens at the door; the app above (access) writes it into the ledger (CJIS AU-2).

What changes a row here is sent within its transaction: without its entry in the ledger it is not done.
"""

from django.dispatch import Signal

login_failed = Signal()  # person or None, locked, source
login_refused = Signal()  # person, decision, source
session_ended = Signal()  # person, decision
session_revoked = Signal()  # session, by
sessions_overlap = Signal()  # session, others
function_refused = Signal()  # person, decision, source
terminal_changed = Signal()  # terminal, event, by
