"""The events that pages of other items name."""

from publishing.keeping import kept

from .models import Event


@kept
def events_with(keys):
    """The published ones with these keys (a frozenset): many pages name the same."""
    return list(Event.objects.published().filter(pk__in=keys))
