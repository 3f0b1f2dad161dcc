"""How the jobs went."""

from typing import ClassVar

from django.db import models


class JobRun(models.Model):
    """The latest run of one job; overwritten by the next."""

    name = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True, help_text="end of the last good run")
    failed_at = models.DateTimeField(null=True, blank=True, help_text="end of the last bad run")
    failures = models.PositiveIntegerField(default=0, help_text="bad runs since the last good one")
    error = models.CharField(max_length=300, blank=True, help_text="why the last run failed")

    class Meta:
        db_table = "job_run"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        """Return the job's name."""
        return self.name
