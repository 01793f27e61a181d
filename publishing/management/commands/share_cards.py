"""The pictures that go with a shared link, drawn from the portal's own art. For maintainers: ``make cards``."""

import io
import os
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image

from publishing.templatetags.art import LANDSCAPES

FOLDER = Path(__file__).resolve().parents[2] / "static/portal/img/share"
SIZE = {"width": 1200, "height": 630}
# Who has passed: a camel, a kiang, a snow leopard; elsewhere saigas and deer.
TRAILS = {"desert": "pad", "plateau": "hoof", "mountain": "paw"}


def titles(codes):
    """``[(language, the portal's name in it), …]``"""
    for code in codes:
        with translation.override(code):
            yield code, _("Central Asian Mammals Initiative")


def cards():
    """``{name: HTML}``: one card for the portal in each language, and one for each landscape."""
    codes = [code for code, name in settings.LANGUAGES]
    drawn = {f"portal-{code}": ("transect", "cop11", 1200, [code]) for code in codes}
    drawn |= {landscape: (landscape, "2014", 760, codes) for landscape in LANDSCAPES if landscape != "transect"}
    return {
        name: render_to_string(
            "share/card.html",
            {
                "name": name,
                "sheets": [f"/static/portal/css/{sheet}.css" for sheet in ("tokens", "base", "components")],
                "landscape": landscape,
                "seed": seed,
                "width": width,
                "titles": list(titles(codes)),
                "trail": 17 * [TRAILS.get(landscape, "cloven")],
            },
        )
        for name, (landscape, seed, width, codes) in drawn.items()
    }


class Command(BaseCommand):
    help = "Draw the pictures that go with shared links; needs Chromium and what requirements-dev.txt names."

    def handle(self, **options):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise CommandError("Playwright, which draws the cards, is not installed: run `make cards`.") from error
        FOLDER.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, color_scheme="light")
            pages = cards()
            page.route("**/*", lambda route, request: self.answer(route, urlsplit(request.url).path, pages))
            for name in pages:
                page.goto(f"http://cards.invalid/{name}", wait_until="networkidle")
                self.store(name, page.screenshot())
            browser.close()

    def answer(self, route, path, pages):
        """The browser gets the pages and the static files of the apps from here, and nothing from the network."""
        if html := pages.get(path.strip("/")):
            return route.fulfill(body=html, content_type="text/html; charset=utf-8")
        file = finders.find(path.removeprefix("/static/"))
        if not file:
            return route.abort()
        # The face of the headings is optional for readers on slow lines, and here it is not.
        content = Path(file).read_bytes().replace(b"font-display: optional", b"font-display: block")
        return route.fulfill(body=content, content_type=guess_type(file)[0])

    def store(self, name, screenshot):
        """As a PNG with a palette: less than half of the size, and nobody sees the difference."""
        image = Image.open(io.BytesIO(screenshot)).convert("RGB")
        path = FOLDER / f"{name}.png"
        image.quantize(256, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)
        self.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB")
