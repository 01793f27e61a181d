"""Several people and programs at one SQLite at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.servers import in_threads, run

pytestmark = pytest.mark.stack

EDITORS, SAVES, READERS = 4, 4, 3
PROCESSES, EACH = 3, 40

# Each round a new article and a change of it: two commits.
WRITE = """
import sys, django; django.setup()
from django.db import transaction
from django.utils import timezone
from news.models import Article
name, rounds = sys.argv[1], int(sys.argv[2])
for number in range(rounds):
    with transaction.atomic():
        article = Article.objects.create(title_en=f"Kulan {name} {number}", kind="news", date="2020-01-01",
                                         published_at=timezone.now())
    article.summary_en = f"Summary {name} {number}"
    article.save()
"""


def test_editors_and_readers_at_the_same_time_lose_nothing(sqlite):
    with sqlite(workers=3) as portal:
        keys = [key for (key,) in portal.rows(f"SELECT id FROM news_article ORDER BY id LIMIT {EDITORS}")]
        versions = portal.value("SELECT count(*) FROM reversion_version")
        busy = True

        def edit(key):
            said = []
            for number in range(SAVES):
                title = f"Edition{key}x{number}"
                said.append(portal.submit(f"/admin/news/article/{key}/change/", title_en=title).status)
            return said

        def read():
            said = set()
            while busy:
                for path in ("/en/", "/en/news/", "/en/search/?q=saiga", "/api/v1/news/"):
                    said.add(portal.get(path).status)
            return said

        with in_threads(*[read] * READERS) as read_by, ThreadPoolExecutor(EDITORS) as pool:
            try:
                answered = [*pool.map(edit, keys)]
            finally:
                busy = False
        assert answered == [[302] * SAVES] * EDITORS
        assert read_by == [{200}] * READERS
        for key in keys:
            last = f"Edition{key}x{SAVES - 1}"
            assert portal.value(f"SELECT title_en FROM news_article WHERE id = {key}") == last
            assert last in portal.get(f"/en/search/?q={last}").text
            history = portal.as_editor(f"/admin/news/article/{key}/history/").text
            assert history.count("Changed") >= SAVES
        # As it was found before the first change, and after each.
        assert portal.value("SELECT count(*) FROM reversion_version") >= versions + EDITORS * SAVES
        assert "database is locked" not in portal.log.read_text()


def test_programs_that_write_at_the_same_time_move_the_version_once_for_each_save(prepared, sqlite):
    with sqlite() as portal:
        before = portal.value("SELECT number FROM publishing_contentversion")
        works = [lambda name=name: run(WRITE, portal.database, str(name), str(EACH)) for name in range(PROCESSES)]
        with in_threads(*works):
            pass
        assert portal.value("SELECT number FROM publishing_contentversion") - before == PROCESSES * EACH * 2
        made = "FROM news_article WHERE title_en LIKE 'Kulan %' AND summary_en LIKE 'Summary %'"
        assert portal.value(f"SELECT count(*) {made}") == PROCESSES * EACH
        indexed = f"kind = 'article' AND object_id IN (SELECT id {made})"
        assert portal.value(f"SELECT count(*) FROM publishing_searchentry WHERE {indexed}") == PROCESSES * EACH
        assert portal.get("/en/news/?q=kulan").status == 200
