"""The screens of standing pages, pictures, sources and what is kept of former items."""

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import links
from .checklist import ChecklistScreen
from .links import CheckedLink, Result
from .models import ChangeNote, FormerSlug, Page, PhotoCredit, Picture, Source, Tombstone
from .permissions import PUBLISH, ByRole
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
class PictureAdmin(ChecklistScreen, ContentAdmin):
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


@admin.register(CheckedLink)
class CheckedLinkAdmin(HistoricAdmin):
    """The links to other sites and whether they work. All are asked by ``manage.py check_links``, a few by a button."""

    AT_ONCE, SECONDS = 10, 15  # whoever presses the button waits for it
    SHOWN = 5
    SIGNS = {Result.OK: "live", Result.UNCERTAIN: "scheduled", Result.DEAD: "withdrawn"}  # in the colours of states

    list_display = ["url", "finding", "stands_in", "checked_on"]
    ordering = ["result", "url"]  # the dead come first
    list_filter = ["result"]
    search_fields = ["url"]
    fields = ["address", "result_in_words", "why", "moved", "failing_since", "checked_on", "stands_in"]
    readonly_fields = fields
    actions = ["check_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).used().with_places()

    def has_publish_permission(self, request):
        return request.user.has_perm(PUBLISH)

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"may_check": self.has_publish_permission(request)})

    def render_change_form(self, request, context, *args, **kwargs):
        context["may_check"] = self.has_publish_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("address"))
    def address(self, link):
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', link.url)

    @admin.display(description=_("result"), ordering="result")
    def result_in_words(self, link):
        sign = self.SIGNS.get(link.result, "draft")
        return format_html('<span class="state {}">{}</span>', sign, link.get_result_display())

    @admin.display(description=_("result"), ordering="result")
    def finding(self, link):
        moved = format_html("{} {}", _("It has moved to"), self.moved(link)) if link.target else ""
        since = _("Fails since %s.") % self.failing_since(link) if link.since else ""
        parts = [part for part in (self.result_in_words(link), link.reason, since, moved) if part]
        return format_html_join(" ", "{}", [[part] for part in parts])

    @admin.display(description=_("why"))
    def why(self, link):
        return link.reason

    @admin.display(description=_("stands in"))
    def stands_in(self, link):
        places = [(reverse(admin_urlname(item._meta, "change"), args=[item.pk]), item) for item in link.places]
        shown = format_html_join(", ", '<a href="{}">{}</a>', places[: self.SHOWN])
        more = len(places) - self.SHOWN
        if more <= 0:
            return shown
        return format_html("{} {}", shown, ngettext("and %d more", "and %d more", more) % more)

    @admin.display(description=_("has moved to"))
    def moved(self, link):
        return link.target and format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', link.target)

    @admin.display(description=_("fails since"), ordering="since")
    def failing_since(self, link):
        return link.since and timezone.localtime(link.since).date().isoformat()

    @admin.display(description=_("checked"), ordering="checked_at")
    def checked_on(self, link):
        return link.checked_at and timezone.localtime(link.checked_at).date().isoformat()

    def get_urls(self):
        check = self.admin_site.admin_view(self.check_view)
        return [path("check/", check, name="publishing_checkedlink_check"), *super().get_urls()]

    def check_view(self, request):
        """Check the link that is named, or those that wait the longest."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if "link" not in request.POST:
            self.report(request, CheckedLink.objects.due(self.AT_ONCE))
            return redirect(admin_urlname(self.opts, "changelist"))
        link = get_object_or_404(CheckedLink, url=request.POST["link"].replace("\0", ""))
        self.report(request, [link])
        return redirect(admin_urlname(self.opts, "change"), link.pk)

    @admin.action(description=_("Check again (ten at most)"), permissions=["publish"])
    def check_again(self, request, queryset):
        self.report(request, queryset[: self.AT_ONCE])

    def report(self, request, chosen):
        """Check the ``chosen`` links and say what came of it."""
        done = list(links.check(chosen, links.Asking(seconds=self.SECONDS, pause=1, timeout=5)))
        if chosen and not done:
            messages.warning(request, _("No site answered in time. Nothing was stored."))
            return
        numbers = {result: sum(link.result == result for link in done) for result in Result}
        words = _("Checked: %(all)d. Work: %(ok)d, not certain: %(uncertain)d, dead: %(dead)d.")
        messages.success(request, words % {**{result.value: n for result, n in numbers.items()}, "all": len(done)})
        if waiting := CheckedLink.objects.used().filter(result=Result.UNCHECKED).count():
            text = ngettext("%d link has not been checked yet.", "%d links have not been checked yet.", waiting)
            messages.info(request, text % waiting)
