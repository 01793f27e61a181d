import signal
import sqlite3
import sys

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import Error

from cami_portal.backup.archive import Refused
from cami_portal.backup.making import back_up, remove_older
from publishing.storage import Away


class Command(BaseCommand):
    help = "Back up the database and all uploads, as they are at this moment, while the portal goes on."

    def add_arguments(self, parser):
        parser.add_argument(
            "target",
            nargs="?",
            default=str(settings.VAR / "backups"),
            metavar="FILE or FOLDER",
            help="a file ….zip, or a folder in which the file gets a name made of the time (default: %(default)s)",
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="then remove all backups of the folder but the newest N"
        )

    def run_from_argv(self, argv):
        # Stopped from outside, it ends as it does after an error: what is half written is removed.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
        super().run_from_argv(argv)

    def handle(self, target, keep, **options):
        if keep is not None and (keep < 1 or target.endswith(".zip")):
            raise CommandError("--keep goes with a folder and says how many backups stay in it: 1 or more.")
        try:
            path, missing = back_up(target)
        except BlockingIOError as error:
            raise CommandError("Nothing was backed up: another backup is written to the same folder.") from error
        except (Refused, Away, OSError, Error, sqlite3.Error) as error:
            raise CommandError(f"Nothing was backed up: {error}.") from error
        for name in missing:
            self.stderr.write(f"{name}: a row names it, but it is gone")
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes.")
        if keep:
            for name in remove_older(target, keep):
                self.stdout.write(f"{name}: removed, as {keep} newer ones are kept.")
