from django.core.management import BaseCommand
from django.db import transaction

from publishing import search
from publishing.models import SearchEntry


class Command(BaseCommand):
    help = "Make the search index anew, after changes that passed by the models (QuerySet.update, SQL)."

    @transaction.atomic
    def handle(self, **options):
        SearchEntry.objects.all().delete()
        for model in search.searchable_models():
            search.index_all(model.objects.iterator(chunk_size=500))
        self.stdout.write(f"{SearchEntry.objects.count()} items are in the search index.")
