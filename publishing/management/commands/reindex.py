from django.core.management import BaseCommand

from publishing.search import index
from publishing.version import bump


class Command(BaseCommand):
    help = "Make the search index anew, after changes that passed by the models (QuerySet.update, SQL)."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is an index already")

    def handle(self, if_empty, **options):
        if if_empty and index.SearchEntry.objects.exists():
            return
        number = index.renew_all()
        bump()  # only now are pages made from the whole of it
        self.stdout.write(f"{number} items are in the search index.")
