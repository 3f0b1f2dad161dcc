"""What is done regularly with the ledger."""

from datetime import timedelta

from platekeeper.office.access.keeping import publish_ledger, sign_ledger, verify_ledger
from platekeeper.office.jobs.schedule import Job

JOBS = (
    # what a superuser could cut off unseen is what came since the last checkpoint
    Job(name="ledger.sign", every=timedelta(hours=1), run=sign_ledger, clause="CJIS AU-5"),
    Job(name="ledger.publish", every=timedelta(minutes=5), run=publish_ledger, clause="CJIS AU-9"),
    Job(name="ledger.verify", every=timedelta(days=1), run=verify_ledger, clause="CJIS AU-5"),
)
