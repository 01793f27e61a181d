"""Work that waits for editors: each list names its own, filters by it, and the desk counts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .freshness import outdated, untranslated
from .states import State, in_state

AHEAD = timedelta(days=60)  # how far the desk looks into the future
UNTOUCHED = timedelta(days=365)


@dataclass(frozen=True)
class Task:
    """What to do with some rows of a list: ``rows(user, screen)`` is the condition (a ``Q``) that they meet.

    ``parameter`` names the filter of the list that finds them by ``key``.
    """

    key: str
    label: str
    rows: Callable
    parameter: str = "task"


class TaskFilter(admin.SimpleListFilter):
    title = _("what is to be done")
    parameter_name = "task"

    def lookups(self, request, model_admin):
        self.screen = model_admin
        self.tasks = {task.key: task for task in model_admin.tasks if task.parameter == self.parameter_name}
        return [(task.key, task.label) for task in self.tasks.values()]

    def queryset(self, request, queryset):
        task = self.tasks.get(self.value())
        return queryset.filter(task.rows(request.user, self.screen)) if task else None


def counts(screen, request):
    """How many rows of a list each of its tasks has, by its key: one query."""
    rows = screen.get_queryset(request).order_by()
    conditions = {task.key: task.rows(request.user, screen) for task in screen.tasks}
    return rows.aggregate(**{key: Count("pk", filter=condition) for key, condition in conditions.items()})


def own_drafts(user, screen):
    return in_state(State.DRAFT) & Q(author=user)


def untouched(user, screen):
    return in_state(State.LIVE) & Q(changed__lt=timezone.now() - UNTOUCHED)


# What any text can wait for, and any item that is drafted and published.
TRANSLATION = [
    Task("ru", _("Russian missing"), lambda user, screen: screen.where(untranslated), "without"),
    Task("fresh", _("Russian outdated"), lambda user, screen: screen.where(outdated), "without"),
]
EDITORIAL = [
    Task("own-drafts", _("your drafts"), own_drafts),
    Task("review", _("waiting for review"), lambda user, screen: in_state(State.SUBMITTED)),
    Task("scheduled", _("scheduled"), lambda user, screen: in_state(State.SCHEDULED)),
    *TRANSLATION,
    Task("untouched", _("on the portal and not changed for a year"), untouched),
]
