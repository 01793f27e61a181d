"""The screens of standing pages, pictures, sources and what is kept of former items."""

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .models import ChangeNote, FormerSlug, Page, PhotoCredit, Picture, Source, Tombstone
from .permissions import ByRole
from .pictures import sound_picture
from .screens import (
    ContentAdmin,
    ContentInline,
    HistoricAdmin,
    Labelled,
    NumberedFormSet,
    PublishableAdmin,
    SturdyAdmin,
    SturdyForm,
    TranslationFilter,
    both,
)


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    list_display = ["heading", "place", "order", *PublishableAdmin.STATUS]
    search_fields = [*both("title", "summary"), "slug"]
    fieldsets = [(None, {"fields": [both("title"), both("summary"), both("body"), ("place", "order")]})]


class PictureForm(SturdyForm):
    def clean_file(self):
        """What was uploaded is replaced by a picture stored anew, or refused."""
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            file, (self.instance.width, self.instance.height) = sound_picture(file)
        return file


@admin.register(Picture)
class PictureAdmin(ContentAdmin):
    form = PictureForm
    needed = ("alt",)
    list_display = ["preview", "__str__", "size", "credit", "licence", "languages", "missing", "created"]
    list_display_links = ["preview", "__str__"]
    list_filter = [TranslationFilter]
    search_fields = [*both("alt", "caption"), "credit", "licence", "file"]
    date_hierarchy = "created"
    fields = [
        ("file", "preview"),
        both("alt"),
        both("caption"),
        ("credit", "licence"),
        "permission",
        ("focus_x", "focus_y"),
        "size",
    ]
    readonly_fields = ["preview", "size"]

    @admin.display(description=_("preview"))
    def preview(self, picture):
        # The size is said in attributes, so that the list does not jump while pictures come in.
        return picture.file and format_html(
            '<img class="preview" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
            picture.file.url, picture.width, picture.height, picture.alt or _("no alternative text"),
        )  # fmt: skip

    @admin.display(description=_("size"), ordering="width")
    def size(self, picture):
        return f"{picture.width} × {picture.height}"


class PhotoCreditInline(ContentInline):
    model = PhotoCredit
    formset = NumberedFormSet
    fields = [both("subject"), "text"]


@admin.register(Source)
class SourceAdmin(ContentAdmin):
    needed = ("title",)
    list_display = ["__str__", "publisher", "year", "slug", "languages"]
    list_filter = [TranslationFilter]
    search_fields = [*both("title", "publisher"), "slug", "url"]
    prepopulated_fields = {"slug": ["title_en"]}
    fields = [both("title"), both("publisher"), ("year", "url"), both("note"), "slug"]
    inlines = [PhotoCreditInline]


@admin.register(ChangeNote)
class ChangeNoteAdmin(ByRole, Labelled, SturdyAdmin):
    """To correct or remove; a note is written in the form of the item that it is about."""

    list_display = ["__str__", "about", "at"]
    search_fields = [*both("text")]
    date_hierarchy = "at"
    fields = ["about", "at", both("text")]
    readonly_fields = ["about", "at"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("item")

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("item"))
    def about(self, note):
        return note.item and format_html(
            '<a href="{}">{}</a>', reverse(admin_urlname(note.item._meta, "change"), args=[note.item.pk]), note.item
        )


@admin.register(FormerSlug)
class FormerSlugAdmin(HistoricAdmin):
    list_display = ["slug", "content_type"]
    search_fields = ["slug"]


@admin.register(Tombstone)
class TombstoneAdmin(HistoricAdmin):
    list_display = ["title", "content_type", "deleted_at"]
    search_fields = ["title"]
