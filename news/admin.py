"""The screen of articles."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.bulk import BulkAdmin
from publishing.screens import DATES, PartInline, PublishableAdmin, both
from publishing.wording import day_in_words

from .bulk import ArticleTable
from .models import Article, Part


class ArticlePartInline(PartInline):
    model = Part


@admin.register(Article)
class ArticleAdmin(BulkAdmin, PublishableAdmin):
    tables = [ArticleTable]
    list_display = ["heading", "kind", "day", *PublishableAdmin.STATUS]
    list_filter = [*PublishableAdmin.list_filter, "kind"]
    search_fields = [*both("title", "summary"), "slug"]
    date_hierarchy = "date"
    autocomplete_fields = ["picture", "people", "species", "states", "events", "instruments"]
    fieldsets = [
        (
            None,
            {
                "description": DATES,
                "fields": [both("title"), "kind", ("date", "date_precision"), both("summary"), both("body"), "picture"],
            },
        ),
        (_("The original"), {"fields": ["link", both("publisher")]}),
        (_("About"), {"fields": ["species", "states", "people", "events", "instruments"]}),
    ]
    inlines = [ArticlePartInline]

    @admin.display(description=_("date"), ordering="date")
    def day(self, article):
        return day_in_words(article.date, article.date_precision)
