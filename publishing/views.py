"""Standing pages and sources, and the base of every page that shows one published item."""

from datetime import date

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import DetailView

from .formats import TABLES
from .history import notes_of
from .lists import FilteredListView, ListFilter
from .models import Page, PhotoCredit, Source
from .records import Record, plain, translated

NOTES = 20  # as many of its changes, the newest, the page of an item tells
LONGEST_PATH = 200  # an address of the portal is a few words and a slug


def track(limit, **querysets):
    """The newest ``limit`` items of several kinds, ``[(kind, item), …]``; what has no ``day`` yet comes first."""
    items = [(kind, item) for kind, queryset in querysets.items() for item in queryset[:limit]]
    return sorted(items, key=lambda pair: pair[1].day or date.max, reverse=True)[:limit]


class PublishedDetailView(DetailView):
    """The page of one item by its slug. A former slug leads to the present address, if the item is published.

    A ``preview`` (``preview.py``) shows its one item in whatever state.
    """

    preview = None

    def get_queryset(self):
        items = super().get_queryset()
        return items.filter(pk=self.preview["item"].pk) if self.preview else items.published()

    def get_context_data(self, **kwargs):
        notes = notes_of(self.object)[:NOTES]
        return super().get_context_data(preview=self.preview, notes=notes, **kwargs)

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            try:
                item = self.get_queryset().moved_from(self.kwargs["slug"])
            except self.model.DoesNotExist:
                raise Http404 from None
            return redirect(item, permanent=True)


def find_page(path, request):
    """Raise ``Http404`` unless readers find a page at ``path``, in either language: a draft's address is none."""
    language = translation.get_language_from_path(path)
    if language is None or len(path) > LONGEST_PATH or not path.endswith("/"):
        raise Http404
    with translation.override(language):
        view, _args, kwargs = resolve(path)
        page = getattr(view, "view_class", None)
        if page is None:  # a file
            raise Http404
        if issubclass(page, DetailView):
            page(request=request, kwargs=kwargs).get_object()


class PageView(PublishedDetailView):
    model = Page


class SourceRecord(Record):
    """What the ``source`` of other records names."""

    name = "sources"
    about = _("The documents and pages that facts and items were taken from.")
    model = Source
    declared = [
        plain("slug"),
        *translated("title", "publisher"),
        plain("year"),
        plain("url"),
        *translated("note"),
    ]


class SourceList(FilteredListView):
    """Where the portal's facts come from, and the photo credits that documents give for pictures not shown here."""

    model = Source
    filterset_class = ListFilter  # without a filter, but what it does not know is refused as everywhere
    template_name = "publishing/source_list.html"
    paginate_by = None  # facts link to places on this page
    title = _("Sources and photo credits")
    record = SourceRecord
    forms = TABLES

    def get_context_data(self, **kwargs):
        credits = PhotoCredit.objects.select_related("source")
        return super().get_context_data(photo_credits=credits, **kwargs)


@require_safe
def picture(request, name):
    """The file of a picture. Its random name is what protects a draft's; it never changes, so it is kept for a year."""
    try:
        file = default_storage.open(f"pictures/{name}")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
