from django.core.management import BaseCommand

from publishing.search import index


class Command(BaseCommand):
    help = "Make the search index anew, after changes that passed by the models (QuerySet.update, SQL)."

    def handle(self, **options):
        self.stdout.write(f"{index.renew_all()} items are in the search index.")
