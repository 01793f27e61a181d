"""Pages of a list whose cost does not grow with the archive."""

from array import array

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property

from .keeping import keep

COUNTED_UP_TO = 1000


class OpenPage(Page):
    """A page of a list whose end is not known: it holds one item more if there is a page after it."""

    def __init__(self, items, number, paginator):
        super().__init__(items[: paginator.per_page], number, paginator)
        self.goes_on = len(items) > paginator.per_page

    def has_next(self):
        return self.goes_on

    def next_page_number(self):
        return self.number + 1

    def previous_page_number(self):
        return self.number - 1


class ListPaginator(Paginator):
    """Pages whose cost does not grow with the archive.

    ``whole`` is the path of a list without filters: its number and, far from its beginning, its order are kept. What
    filters leave is counted up to a thousand; beyond that only the page itself tells whether another one follows. That
    number is kept by ``key``, if there is one.
    """

    FAR = 50  # pages; nearer ones are found by walking along the index

    def __init__(self, *args, whole=None, key=None, **kwargs):
        self.whole, self.key = whole, key
        super().__init__(*args, **kwargs)

    @cached_property
    def count(self):
        if self.whole:
            return keep((self.whole, "count"), self.object_list.count)
        counted = self.object_list.order_by()[: COUNTED_UP_TO + 1]
        return keep(self.key and (self.key, "count"), counted.count)

    @property
    def goes_on(self):
        """Whether there are more than are counted."""
        return not self.whole and self.count > COUNTED_UP_TO

    def page(self, number):
        if self.goes_on:
            first = (number - 1) * self.per_page
            items = list(self.object_list[first : first + self.per_page + 1])
            if not items:
                raise EmptyPage
            return OpenPage(items, number, self)
        if not self.whole or number <= self.FAR:
            return super().page(number)
        number = self.validate_number(number)
        keys = keep((self.whole, "keys"), lambda: array("q", self.object_list.values_list("pk", flat=True)))
        wanted = keys[(number - 1) * self.per_page : number * self.per_page]
        items = {item.pk: item for item in self.object_list.filter(pk__in=list(wanted))}
        return Page([items[key] for key in wanted if key in items], number, self)
