from django.core.management import BaseCommand, CommandError

from cami_portal.opendata.build import build
from cami_portal.opendata.dump import current


class Command(BaseCommand):
    help = "Build the open data that /data/ offers. While it is built, and if it fails, the former one stays."

    def handle(self, **options):
        try:
            version = build()
        except BlockingIOError as error:
            raise CommandError("Another build of the open data is at work.") from error
        dump = current()
        self.stdout.write(f"Open data, version {version}: {len(dump.files)} files in {dump.folder}.")
