"""What a search costs: processor time, which other programs on the machine disturb less than the clock."""

import gc
import statistics
import time
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.test import RequestFactory

from publishing.models import SearchEntry

QUESTIONS = [
    ("everywhere", {"q": "conservation"}),
    ("everywhere, Russian", {"q": "сохранение"}),
    ("in most texts", {"q": "antelope"}),
    ("a species", {"q": "saiga"}),
    ("a species, Russian", {"q": "сайгаков"}),
    ("its scientific name", {"q": "Saiga tatarica"}),
    ("a Range State", {"q": "Казахстан"}),
    ("two common words", {"q": "migration routes"}),
    ("three words", {"q": "rangers trained Mongolia"}),
    ("four words, Russian", {"q": "методы учёта диких животных"}),
    ("rare", {"q": "Serengeti"}),
    ("rare, Russian", {"q": "Серенгети"}),
    ("a number", {"q": "2021"}),
    ("in quotation marks", {"q": "“migration routes”"}),
    ("a beginning", {"q": "transb"}),
    ("a slip", {"q": "saigga"}),
    ("slips in two words", {"q": "migratoin antelpoe"}),
    ("with filters", {"q": "survey", "species": "saiga", "state": "KZ"}),
    ("filters and a year", {"q": "survey", "kind": "article", "year": "2019"}),
    ("filters alone", {"species": "saiga", "kind": "event"}),
    ("the third page", {"q": "Mongolia", "page": "3"}),
    ("nothing found", {"q": "saiga xylophone quartz"}),
    ("no question", {}),
]


class Command(BaseCommand):
    help = "Say what the search page costs with the content there is: fill a database of its own with `populate` first."

    def add_arguments(self, parser):
        parser.add_argument("--times", type=int, default=20, help="how often each question is asked (default 20)")

    def handle(self, times, **options):
        if settings.DEBUG:
            raise CommandError("Measure with DEBUG=false: traces cost more than what is measured.")
        self.handler = WSGIHandler()
        self.ask({"q": "saiga"})  # loads what is loaded late
        gc.collect()
        gc.freeze()  # as wsgi.py does
        self.stdout.write(f"{SearchEntry.objects.count()} items on {connection.vendor}; CPU ms: portal + database\n")
        everything = []
        for name, query in QUESTIONS:
            self.ask(query)
            costs = [self.ask(query) for _ in range(times)]
            everything += costs
            self.say(name, costs)
        self.say("all", everything)

    def ask(self, query):
        """``(CPU ms of this process, CPU ms of the database's)`` for one page; SQLite works in this one."""
        request = RequestFactory(headers={"host": "localhost"}).get(f"/en/search/?{urlencode(query)}")
        database, portal = self.database_time(), time.process_time_ns()
        response = self.handler.get_response(request)
        portal = time.process_time_ns() - portal
        if response.status_code != 200:
            raise CommandError(f"{query} was answered with {response.status_code}.")
        return portal / 1e6, (self.database_time() - database) / 1e6

    def database_time(self):
        """The CPU time of the server's process for this connection in ns; 0 where it is none of this machine."""
        if connection.vendor != "postgresql":
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        return int(process.read_text().split()[0]) if process.exists() else 0

    def say(self, name, costs):
        portal, database = ([cost[i] for cost in costs] for i in (0, 1))
        both = [sum(cost) for cost in costs]
        p95 = statistics.quantiles(both, n=20)[-1]
        halves = f"{statistics.median(portal):6.1f} + {statistics.median(database):5.1f}"
        self.stdout.write(f"{name:22} p50 {statistics.median(both):6.1f} ({halves})   p95 {p95:6.1f}")
