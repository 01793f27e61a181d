import os
import sqlite3
from contextlib import closing

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from playwright.sync_api import sync_playwright

from cami_portal.management.commands.seed import FIXTURES


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory):
    """A database in a file, as in production, so that each thread of the server has a connection of its own.

    In memory all would share one. That waits for ever when SQLite, busy for one thread, calls a function of Python
    (the year of a date) while another thread holds the interpreter and waits for SQLite.
    """
    for database in connections.all():
        if database.vendor == "sqlite":
            database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "portal.sqlite3")


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium; ``CHROMIUM`` names another one."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in this thread
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """A file of SQLite that holds the seed: to load it takes seconds, to copy it none. ``None`` on PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("seeded") / "portal.sqlite3"
    with django_db_blocker.unblock():
        call_command("loaddata", *FIXTURES, verbosity=0)
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        call_command("flush", interactive=False, verbosity=0)
    return path


@pytest.fixture
def seed(seeded, transactional_db):
    if seeded is None:
        call_command("loaddata", *FIXTURES, verbosity=0)
    else:
        connection.ensure_connection()
        with closing(sqlite3.connect(seeded)) as copy:
            copy.backup(connection.connection)
        ContentType.objects.clear_cache()


@pytest.fixture
def portal(seed, live_server, settings):
    """The address of a running portal that holds the seed."""
    # The live server serves static files by their plain names.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    return live_server.url


@pytest.fixture
def tab(chromium, portal):
    """Open a tab: ``tab(width=320, …)``. What its console complains about and what it asks for is noted."""
    contexts = []

    def tab(width=1280, **options):
        options = {"base_url": portal, "viewport": {"width": width, "height": 800}, "locale": "en-GB"} | options
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda said: said.type in ("error", "warning") and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        return page

    yield tab
    for context in contexts:
        context.close()
