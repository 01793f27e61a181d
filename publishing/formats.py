"""A list in other forms, with the same filters in the same order: Atom, CSV and JSON.

Every form answers bad questions in its own words (400, 404) and says what its content is (``ETag``, so that asking
again costs 304).
"""

import io
import json
import re
from datetime import UTC, datetime

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpResponse
from django.utils import feedgenerator
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from . import sheets

PAGE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
LONG_AGO = datetime(2014, 11, 9, tzinfo=UTC)  # of a feed without entries: the day COP11 adopted the initiative


def unless_known(request, response):
    """``response`` with a tag of its content; 304 instead, if the asker has it already."""
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def site_of(request):
    """What absolute addresses begin with: ``https://portal.example.org``."""
    return request.build_absolute_uri("/").removesuffix("/")


class Form:
    """One form of a list. ``suffix`` is its address below that of the list; ``parameters`` it takes beside the filters.

    ``view`` is a ``FilteredListView`` whose ``record`` says what is written of an item.
    """

    do_not_call_in_templates = True  # where the class stands for the form
    suffix = ""
    label = ""
    media_type = media_type_of_refusal = "text/plain"
    per_page = 50
    parameters = ()

    def __init__(self, view):
        self.view, self.request, self.record = view, view.request, view.record
        self.site = site_of(self.request)

    def answer(self):
        filterset = self.view.filterset = self.view.get_filterset(self.view.get_filterset_class())
        faults = self.faults() or (filterset.messages if not filterset.is_valid() else [])
        if faults:
            return self.finished(self.refusal(faults), 400)
        self.paginator = Paginator(self.rows(filterset.qs), self.size())
        try:
            self.page = self.paginator.page(self.number())
        except EmptyPage:
            raise Http404 from None
        response = self.finished(self.written(self.ready(self.page.object_list)))
        if self.page.has_next():
            response["Link"] = f'<{self.address(self.page.next_page_number())}>; rel="next"'
        return unless_known(self.request, response)

    def finished(self, content, status=200):
        media_type = self.media_type if status == 200 else self.media_type_of_refusal
        response = HttpResponse(content, status=status, content_type=f"{media_type}; charset=utf-8")
        response["Cache-Control"] = "no-cache"
        return response

    def refusal(self, faults):
        return "".join(f"{fault}\n" for fault in faults)

    def faults(self):
        """What is wrong with the parameters that the filters do not know."""
        return []

    def rows(self, items):
        return self.view.rows(items)

    def ready(self, items):
        """The items of a page with all that is written of them."""
        return self.record.ready(items, self.site)

    def size(self):
        return self.per_page

    def number(self):
        number = self.request.GET.get("page", "1")
        if not PAGE.fullmatch(number):
            raise Http404
        return int(number)

    def address(self, page):
        """The absolute address of another page of this form."""
        query = self.request.GET.copy()
        query["page"] = page
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def written(self, items):
        """The content for ``items``, a list with all that their records need."""
        raise NotImplementedError  # a form without content is none: each class below writes its own


class Csv(Form):
    """A table for spreadsheets: what could be taken for a formula is escaped; the mark at the beginning says UTF-8."""

    suffix, label, media_type = "data.csv", gettext_lazy("Table (CSV)"), "text/csv"
    per_page = 10_000  # of a longer list the header ``Link`` names the next part
    form = sheets.CSV

    def written(self, items):
        file = io.BytesIO()
        rows = (self.record.cells(item, self.site) for item in items)
        sheets.write_csv(file, self.record.heads(), rows, sheets.DELIMITERS[self.form])
        return file.getvalue()

    def finished(self, content, status=200):
        response = super().finished(content, status)
        if status == 200:
            name = self.suffix.replace("data", self.record.name)
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class CsvSemicolon(Csv):
    """The same for the spreadsheets of countries that write a comma in their decimals."""

    suffix, label = "data-semicolon.csv", gettext_lazy("Table for Excel in Europe (CSV with semicolons)")
    form = sheets.CSV_SEMICOLON


def refused(status, messages, **more):
    """What programs get instead of data."""
    said = {"status": status, "messages": [str(message) for message in messages]} | more
    return json.dumps(said, ensure_ascii=False)


class Json(Form):
    """The form that programs ask for, and so the API (``cami_portal/api.py``)."""

    label, media_type = gettext_lazy("Data (JSON)"), "application/json"
    media_type_of_refusal = "application/json"
    parameters = ("page_size",)
    largest = 100

    def faults(self):
        given = self.request.GET.getlist("page_size")
        if not given or (len(given) == 1 and PAGE.fullmatch(given[0]) and int(given[0]) <= self.largest):
            return []
        return [_("“page_size” is a number from 1 to %d.") % self.largest]

    def refusal(self, faults):
        return refused(400, faults)

    def size(self):
        return int(self.request.GET.get("page_size", self.per_page))

    def written(self, items):
        page = self.page
        answer = {
            "count": self.paginator.count,
            "next": self.address(page.next_page_number()) if page.has_next() else None,
            "previous": self.address(page.previous_page_number()) if page.has_previous() else None,
            "results": [self.record.of(item, self.site) for item in items],
        }
        return json.dumps(answer, ensure_ascii=False)


class JsonOfOne(Json):
    """A single item by its identity, so with no filters."""

    def answer(self):
        found = self.record.ready(self.view.get_queryset().filter(uuid=self.view.kwargs["uuid"]), self.site)
        if not found:
            raise Http404
        content = json.dumps(self.record.of(found[0], self.site), ensure_ascii=False)
        return unless_known(self.request, self.finished(content))


class Atom(Form):
    """A feed (RFC 4287), in pages (RFC 5005)."""

    suffix, label, media_type = "feed.atom", gettext_lazy("Feed (Atom)"), "application/atom+xml"

    def written(self, items):
        feed = AtomFeed(
            title=self.view.name_with_filters(),
            link=self.site + self.view.path + self.view.query,
            description=None,
            language=get_language(),
            author_name=_("Central Asian Mammals Initiative"),
            feed_url=self.request.build_absolute_uri(),
            next=self.address(self.page.next_page_number()) if self.page.has_next() else "",
        )
        for item in items:
            entry = self.record.entry(item)
            feed.add_item(
                title=entry.title,
                link=self.site + item.get_absolute_url(),
                description=escape(entry.summary) or None,
                unique_id=item.uuid.urn,
                pubdate=entry.published,
                updateddate=item.changed,
                categories=entry.categories,
                content=entry.text,
                language=entry.language,
            )
        return feed.writeString("utf-8")


class AtomFeed(feedgenerator.Atom1Feed):
    """Django's with the text of the entries, their language, and a date that does not change while nothing does."""

    def latest_post_date(self):
        return max((item["updateddate"] for item in self.items), default=LONG_AGO)

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        if self.feed["next"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["next"]})

    def item_attributes(self, item):
        foreign = item["language"] and item["language"] != self.feed["language"]
        return {"xml:lang": item["language"]} if foreign else {}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})


TABLES = [Csv, CsvSemicolon]
PAGES = [Atom, *TABLES]  # those with an address below the list's own
