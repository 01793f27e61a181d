import signal
import sqlite3
import sys

from django.core.management import BaseCommand, CommandError, call_command
from django.db import Error

from cami_portal.backup.archive import Refused, opened
from cami_portal.backup.restoring import restore
from publishing.storage import Away


class Command(BaseCommand):
    help = "Put a backup into an empty portal: database and uploads. Nothing is touched before all of it is verified."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--check", action="store_true", help="only verify the file; the portal is not touched")

    def run_from_argv(self, argv):
        # Stopped from outside, it ends as it does after an error: what is half restored is removed.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
        super().run_from_argv(argv)

    def handle(self, file, check, **options):
        try:
            with opened(file) as archive:
                if check:
                    archive.verify()
                else:
                    restore(archive)
        except (Refused, Away, OSError, Error, sqlite3.Error) as error:
            outcome = f"{file} is of no use" if check else "Nothing was restored"
            raise CommandError(f"{outcome}: {error}.") from error
        rows, uploads = sum(archive.facts["rows"].values()), len(archive.uploads)
        self.stdout.write(f"{file}, of {archive.facts['made']}: {rows} rows and {uploads} uploads.")
        if check:
            self.stdout.write("It is whole.")
            return
        if archive.facts["missing"]:
            call_command("make_variants", stdout=self.stdout, stderr=self.stderr)
        try:
            call_command("dump", stdout=self.stdout)
        except (CommandError, OSError, Error) as error:
            self.stderr.write(f"The open data could not be built: {error}. Later: manage.py dump")
        self.stdout.write(
            "It is restored. Everybody signs in anew, and links to previews are revoked. Accounts, roles and second "
            "factors are those of that moment: look whether somebody lost theirs since."
        )
