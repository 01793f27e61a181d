import signal
import sys

from django.core.management import BaseCommand, CommandError
from django.utils import timezone, translation

from cami_portal.jobs import JOBS, run_due, runs


class Command(BaseCommand):
    help = "Run the periodic jobs that are due. To be called by a timer, once in an hour; --list says what there is."

    def add_arguments(self, parser):
        names = [job.command for job in JOBS]
        parser.add_argument("jobs", nargs="*", metavar="job", help=f"run these now, due or not: {', '.join(names)}")
        parser.add_argument("--list", action="store_true", help="say when each job ran last and how that went")

    def handle(self, *, jobs, **options):
        if unknown := set(jobs) - {job.command for job in JOBS}:
            raise CommandError(f"There is no job {', '.join(sorted(unknown))}. See --list.")
        if options["list"]:
            return self.list()
        # So that the job under way is noted as stopped.
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
        try:
            failed = [job.command for job, went_well in self.run(jobs) if not went_well]
        finally:
            signal.signal(signal.SIGTERM, before)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}")

    def run(self, jobs):
        for job, went_well, said, seconds in run_due(jobs):
            stream = self.stdout if went_well else self.stderr
            stream.write(f"{job.command} {'ended' if went_well else 'FAILED'} after {seconds:.0f} s. {said}")
            yield job, went_well

    def list(self):
        now = timezone.now()
        with translation.override("en"):
            for job, run in runs():
                period = "every day" if job.days == 1 else f"every {job.days} days"
                self.stdout.write(f"{job.command:14} {period:13} {self.last(run):40} {job.label}")
                if job.is_due(run, now):
                    self.stdout.write("               is due")
                if run.said:
                    self.stdout.write(f"               {run.said}")

    def last(self, run):
        if run.started_at is None:
            return "never ran"
        how = "is at work" if run.is_at_work else "FAILED" if run.is_broken else "went well"
        return f"{run.started_at:%Y-%m-%d %H:%M} UTC, {how}"
