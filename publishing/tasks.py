"""Work that waits for editors: each list names its own, filters by it, and the desk counts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .states import State, in_state

AHEAD = timedelta(days=60)  # how far the desk looks into the future
UNTOUCHED = timedelta(days=365)


@dataclass(frozen=True)
class Task:
    """What to do with some rows of a list: ``rows(user)`` is the condition (a ``Q``) that they meet."""

    key: str
    label: str
    rows: Callable


class TaskFilter(admin.SimpleListFilter):
    title = _("what is to be done")
    parameter_name = "task"

    def lookups(self, request, model_admin):
        self.tasks = {task.key: task for task in model_admin.tasks}
        return [(task.key, task.label) for task in model_admin.tasks]

    def queryset(self, request, queryset):
        task = self.tasks.get(self.value())
        return queryset.filter(task.rows(request.user)) if task else None


def counts(rows, tasks, user):
    """How many of ``rows`` each of ``tasks`` has, by its key: one query."""
    return rows.aggregate(**{task.key: Count("pk", filter=task.rows(user)) for task in tasks})


def own_drafts(user):
    return in_state(State.DRAFT) & Q(author=user)


def untouched(user):
    return in_state(State.LIVE) & Q(changed__lt=timezone.now() - UNTOUCHED)


# What any item that is drafted and published can wait for.
EDITORIAL = [
    Task("own-drafts", _("your drafts"), own_drafts),
    Task("review", _("waiting for review"), lambda user: in_state(State.SUBMITTED)),
    Task("scheduled", _("scheduled"), lambda user: in_state(State.SCHEDULED)),
    Task("untouched", _("on the portal and not changed for a year"), untouched),
]
