"""Files that no row names: what was put aside when its row went, and what failed transactions may leave behind."""

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from publishing.storage import ASIDE, all_files, names_in_rows


class Command(BaseCommand):
    help = "List uploaded files that no row names any more, and rows whose file is gone. To run once a week."

    def add_arguments(self, parser):
        parser.add_argument("--delete", action="store_true", help="remove the files for good; without it, only say so")
        parser.add_argument(
            "--days", type=int, default=90, help="keep what went less than so many days ago, to be restored (90)"
        )

    def handle(self, *args, delete, days, **options):
        files = dict(all_files())  # before the rows: what is uploaded meanwhile is in neither
        named = set(names_in_rows())
        orphans = []
        for name, age in sorted(files.items()):
            # A file in its own place that no row names was never wanted; one day leaves time for an upload under way.
            if name not in named and age >= (days if name.startswith(ASIDE) else 1):
                orphans.append(name)
        for name in orphans:
            self.stdout.write(name)
            if delete:
                default_storage.delete(name)
        for name in sorted(named - files.keys()):
            if not default_storage.exists(name):
                self.stderr.write(f"{name}: a row names it, but it is gone")
        done = "removed" if delete else "could be removed (--delete)"
        self.stdout.write(f"{len(orphans)} of {len(files)} files {done}.")
