"""What has to be done again and again. A timer calls ``manage.py periodic``, which runs whatever is due.

A job is due once in its period, from one o'clock at night on, and after it failed. Its row (``JobRun``) says when it
began, and is what two calls at the same time, on one host or on several, compete for.
"""

import datetime
import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publishing.comparison import moment

from .logs import discreet
from .models import JobRun
from .opendata.dump import current
from .requests import Queries

logger = logging.getLogger(__name__)

NIGHT = datetime.time(1)  # in the portal's zone: an hour that no change of the clock skips or repeats


@dataclass(frozen=True)
class Job:
    command: str
    label: Promise
    days: int = 1
    options: dict = field(default_factory=dict)
    made: Callable = lambda: None  # when what it makes was made, which may have been by hand

    def due_since(self, now):
        """The beginning of the period in which ``now`` is."""
        zone = timezone.get_default_timezone()
        day = (now.astimezone(zone) - datetime.timedelta(hours=NIGHT.hour)).date()
        day -= datetime.timedelta(days=(day.toordinal() - 1) % self.days)  # periods of a week begin on Monday
        return datetime.datetime.combine(day, NIGHT, zone)

    def is_due(self, run, now):
        if run.is_at_work:
            return False
        return run.started_at is None or run.is_broken or run.started_at < self.due_since(now)

    def is_late(self, done):
        """Whether a whole period has passed since it was ``done``, as where nothing calls ``periodic``."""
        return done < self.due_since(timezone.now() - datetime.timedelta(days=self.days))

    def begin(self, run, now):
        """Whether ``run`` is ours now: nobody has begun it since it was read."""
        free = JobRun.objects.filter(pk=run.pk, started_at=run.started_at)
        return bool(free.update(started_at=now, ended_at=None, failed=False, said=""))

    def run(self, now):
        """Run it and keep how that went; ``(whether it went well, all that it said)``."""
        output, failed = io.StringIO(), True
        try:
            with connection.execute_wrapper(Queries()):
                call_command(self.command, stdout=output, stderr=output, **self.options)
            failed = False
        except CommandError as error:
            output.write(str(error))
        except Exception as error:
            logger.exception("The job %s failed", self.command)
            output.write(f"{type(error).__name__}: {discreet(str(error))}")
        except BaseException:
            output.write("Stopped from outside.")
            raise
        finally:
            if not connection.in_atomic_block:  # as in tests
                close_old_connections()  # the job may have left one that is broken
            last = (output.getvalue().strip().splitlines() or [""])[-1][:300]
            mine = JobRun.objects.filter(job=self.command, started_at=now)
            mine.update(ended_at=timezone.now(), failed=failed, said=last)
        return not failed, output.getvalue().strip()


def open_data_made():
    dump = current()
    return dump and dump.built


# The longest last, so that none waits for it.
JOBS = [
    Job("clearsessions", _("Sessions that have ended are removed")),
    Job("forget", _("Personal data are removed when their time is over")),
    Job("media_orphans", _("Files that were put aside are removed"), days=7, options={"delete": True}),
    Job("dump", _("The open data are built"), made=open_data_made),
    Job("check_links", _("Links to other sites are checked")),
]


def runs():
    """``[(job, its last run), …]``; one that never ran has a run without a beginning. One query."""
    known = {run.job: run for run in JobRun.objects.all()}
    return [(job, known.get(job.command) or JobRun(job=job.command)) for job in JOBS]


def run_due(only=()):
    """Run what is due, or the jobs named in ``only``; yields ``(job, went well, what it said, seconds)`` of each."""
    for job in JOBS:
        if only and job.command not in only:
            continue
        begin = time.monotonic()
        try:
            run, _made = JobRun.objects.get_or_create(job=job.command)
            now = timezone.now()
            if run.is_at_work or not (only or job.is_due(run, now)) or not job.begin(run, now):
                continue
            went_well, said = job.run(now)
        except Exception as error:  # its row could not be written
            logger.exception("The job %s could not be kept in mind", job.command)
            went_well, said = False, f"{type(error).__name__}: {discreet(str(error))}"
        yield job, went_well, said, time.monotonic() - begin


def state_of_jobs():
    """For the desk: ``[{"label": …, "when": "22 November 2026, 01:00", "run": …}, …]``"""
    states = []
    for job, run in runs():
        done = max(filter(None, [run.started_at, job.made()]), default=None)
        by_timer = done == run.started_at
        states.append(
            {
                "label": job.label,
                "when": done and moment(done),
                "is_late": done and job.is_late(done),
                "is_broken": run.is_broken and by_timer,
                "run": run,
            }
        )
    return states
