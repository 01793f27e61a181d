"""The pictures of the editors' guide, taken from the real screens. For maintainers: ``make guide``."""

import io
import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles import finders
from django.core.management import BaseCommand, CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image
from reversion.models import Version

from cami_portal.guide import PICTURE
from news.models import Article
from publishing.history import catch_up, keep

FOLDER = Path(__file__).resolve().parents[2] / "static/guide"


class Command(BaseCommand):
    help = "Take the pictures of the editors' guide; needs Chromium and what requirements-dev.txt names."

    def handle(self, **options):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise CommandError("Playwright, which takes the pictures, is not installed: run `make guide`.") from error
        call_command("migrate", verbosity=0)
        if User.objects.exists():
            raise CommandError(
                "This makes an account and examples: give it a database of its own, as `make guide` does."
            )
        call_command("seed", verbosity=0)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in this thread
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            self.desk = self.signed_in()
            scenes = self.scenes()
            for language, _name in settings.LANGUAGES:
                page = browser.new_page(viewport=PICTURE, color_scheme="light", locale=language)
                page.route("**/*", self.answer)
                for name, (address, place) in scenes.items():
                    page.goto(f"http://127.0.0.1{address}", wait_until="networkidle")
                    if place:
                        page.locator(place).first.evaluate("place => place.scrollIntoView()")
                    self.store(language, name, page.screenshot())
            browser.close()

    def signed_in(self):
        user = User.objects.create(username="editor@example.org", email="editor@example.org", is_staff=True)
        user.groups.set([Group.objects.get(name="Editor")])
        desk = Client(SERVER_NAME="127.0.0.1")
        desk.force_login(user)
        return desk

    def scenes(self):
        """``{name: (address, what to scroll to)}``; makes the rows that they show."""
        editor = User.objects.get()
        article = Article.objects.published().exclude(title_ru="").exclude(body_en="").first()
        page = reverse("admin:news_article_change", args=[article.pk])
        catch_up(article)
        article.title_en = article.title_en.replace("Project", "Programme")
        article.save()
        keep(article, user=editor)
        older, newer = Version.objects.get_for_object(article).order_by("pk").values_list("revision", flat=True)
        compared = reverse("admin:news_article_compare", args=[article.pk])
        draft = Article.objects.create(title_en="A new herd", date=article.date, author=editor)
        return {
            "desk": (reverse("admin:index"), ""),
            "article": (page, ".checklist"),
            "checklist": (reverse("admin:news_article_change", args=[draft.pk]), ".object-tools"),
            "translate": (page, ".field-title_en"),
            "compare": (f"{compared}?from={older}&to={newer}", ""),
        }

    def answer(self, route, request):
        """The browser gets the screens and the static files of the apps from here, and nothing from the network."""
        path = urlsplit(request.url).path
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            return route.fulfill(path=file) if file else route.abort()
        address = request.url.partition("127.0.0.1")[2]
        answer = self.desk.get(address, headers={"accept-language": request.headers.get("accept-language", "")})
        return route.fulfill(
            status=answer.status_code, body=answer.content, headers={"content-type": answer["Content-Type"]}
        )

    def store(self, language, name, screenshot):
        path = FOLDER / language / f"{name}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.open(io.BytesIO(screenshot)).convert("RGB").save(path, quality=60, method=6)
        self.stdout.write(f"{language}/{path.name}: {path.stat().st_size // 1000} kB")
