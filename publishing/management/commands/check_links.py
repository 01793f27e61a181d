from collections import Counter

from django.core.management import BaseCommand

from publishing import links
from publishing.links import CheckedLink, Result


class Command(BaseCommand):
    help = "Ask other sites whether the links of the portal still work: those checked longest ago first. Run it daily."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=300, help="how many links at most (300)")
        parser.add_argument("--minutes", type=int, default=30, help="how long at most (30)")
        parser.add_argument("--pause", type=float, default=2, help="seconds between two questions to one host (2)")

    def handle(self, *, limit, minutes, pause, verbosity, **options):
        links.note_all()
        due = CheckedLink.objects.due(limit)
        results = Counter()
        try:
            for link in links.check(due, links.Asking(seconds=minutes * 60, pause=pause)):
                results[link.result] += 1
                if link.result == Result.DEAD or verbosity > 1:
                    self.stdout.write(f"{link.get_result_display()}: {link.url} {link.reason}")
        except KeyboardInterrupt:
            self.stdout.write("Stopped. What was checked so far is kept.")
        if due and not results:
            self.stdout.write("No site answered, so nothing was stored. Can this machine reach the internet?")
        self.stdout.write(
            f"{results.total()} of {CheckedLink.objects.count()} links checked: {results[Result.OK]} work, "
            f"{results[Result.UNCERTAIN]} not certain, {results[Result.DEAD]} dead."
        )
