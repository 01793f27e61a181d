"""Which rows leave the portal, and in which order."""

from django.db.models import Q

from contacts.models import Assignment, Person
from events.models import Event, Participant
from news.models import Article
from species.models import FocalPoint

BATCH = 500


def public(model):
    """The rows of ``model`` that visitors may see: what is live, what belongs to it, and people whom a page names."""
    if model is Person:
        return named()
    rows = FocalPoint.objects.current() if model is FocalPoint else model.objects.published()
    for field in model._meta.concrete_fields:
        if field.is_relation and not field.null:
            rows = rows.filter(**{f"{field.name}__in": public(field.related_model)})
    return rows


def named():
    """The people whom some page names."""
    points = public(FocalPoint).filter(name_public=True)
    return Person.objects.filter(
        Q(pk__in=Assignment.objects.values("person"))
        | Q(pk__in=Article.people.through.objects.filter(article__in=public(Article)).values("person"))
        | Q(pk__in=Participant.objects.filter(event__in=public(Event)).values("person"))
        | Q(pk__in=points.values("person"))
    )


def batches(rows):
    """``rows`` as smaller querysets, each with the primary keys in the order in which to write them.

    The order is that of the natural keys, compared here, where no database has its own alphabet; or that in which rows
    were entered, where lists fall back on it.
    """
    model = rows.model
    entered = any(name in ("pk", "-pk") for name in model._meta.ordering)
    key = () if entered else model.natural_key_fields
    found = sorted(rows.order_by().values_list(*key, "pk"))
    for first in range(0, len(found), BATCH):
        keys = [pk for *_key, pk in found[first : first + BATCH]]
        yield keys, rows.filter(pk__in=keys).order_by()
