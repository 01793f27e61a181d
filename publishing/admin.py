"""The screens of standing pages, pictures, sources and what is kept of former items."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import Q
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from js_asset import Script

from . import links
from .checklist import ChecklistScreen
from .ledger import Ledger, RightsFilter, UseFilter
from .links import CheckedLink, Result
from .models import ChangeNote, FormerSlug, Page, PhotoCredit, Picture, Source, Tombstone
from .permissions import PUBLISH, ByRole
from .pictures import CROP, SHARED, cut, sound_picture
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
from .tasks import Task, TaskFilter


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
        elif not self.fields["file"].disabled and not file.storage.exists(file.name):
            raise ValidationError(_("The file of this picture is no longer there. Upload it again."))
        return file


class ChoiceForm(forms.Form):
    """What the dialog asks for: pictures with these words, or one of them."""

    q = forms.CharField(required=False, max_length=100)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
    pk = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    key = forms.RegexField("^[0-9a-f]{32}$", required=False)


@admin.register(Picture)
class PictureAdmin(Ledger, ChecklistScreen, ContentAdmin):
    form = PictureForm
    needed = ("alt",)
    needed_to_publish = ("alt_en", "credit", "licence")
    list_display = ["preview", "__str__", "rights", "used_by", "languages"]
    list_display_links = ["preview", "__str__"]
    list_filter = [RightsFilter, UseFilter, TranslationFilter]
    search_fields = [*both("alt", "caption"), "credit", "licence", "file"]
    date_hierarchy = "created"
    fields = [
        "file",
        both("alt"),
        both("caption"),
        ("credit", "licence"),
        "permission",
        "focus",
        ("focus_x", "focus_y"),
        "size",
        "used_by",
    ]
    readonly_fields = ["focus", "size", "used_by"]

    class Media:
        js = [Script("publishing/admin/focus.js", type="module")]

    def get_fields(self, request, obj=None):
        """What can be said of a picture that is there only."""
        return [field for field in self.fields if obj or field not in self.readonly_fields]

    def get_urls(self):
        doors = [("choose/", self.choose, "choose"), ("ledger.csv", self.ledger, "ledger")]
        view = self.admin_site.admin_view
        return [
            path(at, view(door), name=f"publishing_picture_{name}") for at, door, name in doors
        ] + super().get_urls()

    def choose(self, request):
        """The pictures that a dialog offers, the newest first, a page at a time (JSON)."""
        form = ChoiceForm(request.GET)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not form.is_valid():
            raise BadRequest
        asked = form.cleaned_data
        pictures = self.get_queryset(request)
        if asked["pk"] or asked["key"]:
            pictures = pictures.filter(pk=asked["pk"]) if asked["pk"] else pictures.filter(uuid=asked["key"])
        else:
            pictures = self.get_search_results(request, pictures, asked["q"])[0]
        page = Paginator(pictures, 24).get_page(asked["page"] or 1)
        add = reverse("admin:publishing_picture_add") if self.has_add_permission(request) else ""
        return JsonResponse({"pictures": [offered(one) for one in page], "more": page.has_next(), "add": add})

    def ledger(self, request):
        """The list as it is filtered, as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="pictures.csv"'
        try:
            self.write_ledger(request, response)
        except (IncorrectLookupParameters, ValueError, OverflowError, DataError) as error:
            raise BadRequest from error
        return response

    def changelist_view(self, request, extra_context=None):
        ledger = f"{reverse('admin:publishing_picture_ledger')}?{request.GET.urlencode()}"
        return super().changelist_view(request, (extra_context or {}) | {"ledger": ledger})

    @admin.display(description=_("preview"))
    def preview(self, picture):
        # The size is said in attributes, so that the list does not jump while pictures come in.
        address = picture.addresses("crop")
        return format_html(
            '<img class="preview" src="{}" width="160" height="107" alt="{}" loading="lazy">',
            address[min(address)] if address else "", picture.alt or _("no alternative text"),
        )  # fmt: skip

    @admin.display(description=_("size"))
    def size(self, picture):
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("point of interest"))
    def focus(self, picture):
        """The picture with its point, and what is cut out round it; a click moves it (``focus.js``)."""
        if not picture.file.storage.exists(picture.file.name):
            return format_html('<p class="errornote">{}</p>', _("The file of this picture is no longer there."))
        addresses = picture.addresses("whole")
        return render_to_string(
            "admin/focus.html",
            {
                "picture": picture,
                "address": addresses[min(addresses, key=lambda width: abs(width - 640))],
                "x": picture.width * picture.focus_x / 100,
                "y": picture.height * picture.focus_y / 100,
                "radius": max(picture.width, picture.height) / 30,
                "cuts": [
                    (label, ratio, view_box(*cut(picture.width, picture.height, ratio, picture.point)))
                    for label, ratio in ((_("In lists"), CROP), (_("With a shared link"), SHARED))
                ],
            },
        )


def view_box(left, top, right, bottom):
    return f"{left} {top} {right - left} {bottom - top}"


def offered(picture):
    """What the dialog shows of a picture."""
    addresses = picture.addresses("crop")
    credit = f"© {picture.credit}" if picture.credit else ""
    return {
        "pk": picture.pk,
        "key": picture.uuid.hex,
        "label": str(picture),
        "thumbnail": addresses[min(addresses)] if addresses else "",
        "about": ", ".join(filter(None, [credit, picture.licence, f"{picture.width} × {picture.height}"])),
        "hidden": "" if picture.credit and picture.licence else gettext("Not shown in a text: no credit or licence."),
    }


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
    view_on_site = False
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
    list_display = ["slug", "kind"]
    search_fields = ["slug"]


@admin.register(Tombstone)
class TombstoneAdmin(HistoricAdmin):
    list_display = ["title", "kind", "deleted_at"]
    search_fields = ["title"]


@admin.register(CheckedLink)
class CheckedLinkAdmin(HistoricAdmin):
    """The links to other sites and whether they work. All are asked by ``manage.py check_links``, a few by a button."""

    AT_ONCE, SECONDS = 10, 15  # whoever presses the button waits for it
    SHOWN = 5
    SIGNS = {Result.OK: "live", Result.UNCERTAIN: "scheduled", Result.DEAD: "withdrawn"}  # in the colours of states

    list_display = ["url", "finding", "stands_in", "checked_on"]
    ordering = ["result", "url"]  # the dead come first
    tasks = [Task("dead-links", _("dead links"), lambda user, screen: Q(result=Result.DEAD))]
    list_filter = [TaskFilter, "result"]
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
