from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError

from cami_portal.signin import remove_second_factor


class Command(BaseCommand):
    help = "Remove the second factor of an account whose owner lost the telephone; the owner is told by mail."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, email, **options):
        user = User.objects.filter(username__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"There is no account with the e-mail “{email}”.")
        if remove_second_factor(user):
            self.stdout.write(f"{user.username} signs in by password alone until it is set up anew.")
        else:
            self.stdout.write(f"{user.username} has no second factor.")
