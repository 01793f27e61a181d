"""The table of the portal as a whole; what it is for stands in ``jobs.py``."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

LONGEST_RUN = timedelta(hours=6)  # whatever has not ended by then was killed


class JobRun(models.Model):
    """The last run of a periodic job."""

    job = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # null: it is at work, or was killed
    failed = models.BooleanField(default=False)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.job

    @property
    def is_at_work(self):
        return bool(self.started_at) and not self.ended_at and timezone.now() - self.started_at < LONGEST_RUN

    @property
    def is_broken(self):
        """Whether it failed, or never came to its end."""
        return self.failed or (bool(self.started_at) and not self.ended_at and not self.is_at_work)
