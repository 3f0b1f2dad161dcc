"""What devices ask for by themselves: that vehicles hand over their data in time."""

from datetime import timedelta

from platekeeper.office.devices.transfers import watch_transfers
from platekeeper.office.jobs.schedule import Job

JOBS = (Job(name="devices.transfers", every=timedelta(hours=1), run=watch_transfers, clause="COL-02"),)
