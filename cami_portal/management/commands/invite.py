from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import URLValidator, validate_email

from cami_portal.accounts import mail_password_link, password_link
from cami_portal.roles import ROLES


class Command(BaseCommand):
    help = "Make an account for the desk; mail and print the link by which its password is set. Again: a new link."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="given and family name")
        parser.add_argument("--role", default="Editor", choices=ROLES, help="what the account may do: docs/roles.md")
        parser.add_argument(
            "--base-url",
            default=settings.SITE_URL or "http://127.0.0.1:8000",
            help="the beginning of the link (default: %(default)s)",
        )

    def handle(self, email, name, role, base_url, **options):
        username, base_url = email.strip().lower(), base_url.rstrip("/")
        try:
            validate_email(username)
        except ValidationError as error:
            raise CommandError(f"“{email}” is not an e-mail address.") from error
        try:
            URLValidator(["http", "https"])(base_url)
        except ValidationError as error:
            raise CommandError(f"“{base_url}” is not an address such as https://portal.example.org.") from error
        user = self.account(username, name, role)
        mail_password_link(user, base_url)
        self.stdout.write(f"{username} sets the password here:\n{password_link(user, base_url)}")

    def account(self, username, name, role):
        """The account of ``username``, made if there is none; roles and name are added, never taken away."""
        user = User.objects.filter(username=username).first() or User(username=username, email=username)
        if user.pk is None:
            user.set_unusable_password()
        if not user.is_active:
            raise CommandError(f"The account of {username} is switched off. Switch it on in the admin first.")
        if name:
            user.first_name, _, user.last_name = name.strip().partition(" ")
        user.is_staff = True
        user.full_clean(exclude=["password"])
        user.save()
        user.groups.add(Group.objects.get(name=role))
        return user
