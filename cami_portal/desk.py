"""The desk: what waits for the person who signs in, on the first page of the admin.

Every list says what can wait in it (``publishing/tasks.py``). Here it is counted, one query for each list, and each
number leads to the list filtered by the same condition.
"""

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse
from django.utils.text import capfirst

from publishing.tasks import counts


def desk(request):
    """What waits, each kind of work once: ``[{"label": …, "lists": [{"name": …, "number": …, "url": …}, …]}, …]``."""
    work = {}
    for model, screen in admin.site._registry.items():
        if not getattr(screen, "tasks", []) or not screen.has_view_permission(request):
            continue
        numbers, address = counts(screen, request), reverse(admin_urlname(model._meta, "changelist"))
        for task in screen.tasks:
            row = work.setdefault(task.key, {"label": capfirst(task.label), "lists": []})
            if numbers[task.key]:
                row["lists"].append(
                    {
                        "name": capfirst(model._meta.verbose_name_plural),
                        "number": numbers[task.key],
                        "url": f"{address}?{task.parameter}={task.key}",
                    }
                )
    return [row for row in work.values() if row["lists"]]
