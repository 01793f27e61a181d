from django.conf import settings
from django.core.management import BaseCommand, call_command

from publishing.models import Source

# In the order of the floors: each file refers only to those before it.
FIXTURES = ["publishing", "contacts", "species", "events", "news"]


class Command(BaseCommand):
    help = "Load the fixtures into an empty database. A database with content is left as it is."

    def handle(self, **options):
        if Source.objects.exists():
            self.stdout.write("The database has content already; nothing was loaded.")
            return
        call_command("loaddata", *FIXTURES, verbosity=options["verbosity"])
        names = ", ".join(f"{name}.json" for name in FIXTURES)
        self.stdout.write(f"Loaded {names} from {settings.FIXTURE_DIRS[0].name}/.")
