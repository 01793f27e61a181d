from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView

from .documents import TYPES
from .filters import EventFilter
from .models import Document, Event


class EventList(FilteredListView):
    model = Event
    filterset_class = EventFilter

    def get_queryset(self):
        return super().get_queryset().select_related("country")


class EventDetail(PublishedDetailView):
    model = Event

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("country", "picture", "source", "deadline__role")
            .prefetch_related(
                "organisation_parts__organisation",
                "people__person",
                Prefetch("documents", Document.objects.select_related("event")),
            )
        )

    def get_context_data(self, **kwargs):
        event = self.object
        published = Event.objects.published().select_related("country")
        return super().get_context_data(
            whole=published.filter(pk=event.part_of_id).first(),
            parts=published.filter(part_of=event),
            serves=published.filter(deadlines__event=event).first(),
            deadlines=published.filter(deadline__serves=event),
            species=event.species.published(),
            states=event.states.select_related("country"),
            instruments=event.instruments.published(),
            articles=event.articles.published(),
            **kwargs,
        )


@require_safe
def document(request, slug, number):
    """The file of a published event's document, as an attachment."""
    row = get_object_or_404(Document, event__in=Event.objects.published().filter(slug=slug), number=number)
    try:
        file = row.file.open()
    except (FileNotFoundError, ValueError):  # the file is gone, or the document is a link
        raise Http404 from None
    extension = row.file.name.rpartition(".")[2]
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{slug}-{number}.{extension}",
        content_type=TYPES.get(extension, "application/octet-stream"),
    )
