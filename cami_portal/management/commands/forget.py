from django.core.management import BaseCommand

from cami_portal import retention


class Command(BaseCommand):
    help = "Remove personal data whose time is over: docs/personal-data.md says which. To run once a day."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say how much that would be")

    def handle(self, *, dry_run, **options):
        accounts, people, links = retention.accounts(), retention.removed_people(), retention.preview_links()
        numbers = f"{len(accounts)} accounts, {len(people)} removed people, {links.count()} preview links"
        if dry_run:
            self.stdout.write(f"To be forgotten: {numbers}.")
            return
        for user in accounts:
            retention.make_nameless(user)
        retention.forget_people(people)
        links.delete()
        retention.clear_counters()
        self.stdout.write(f"Forgotten: {numbers}.")
