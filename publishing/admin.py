"""The screens of standing pages, pictures, sources and what is kept of former items."""

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DataError
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from js_asset import Script

from .ledger import Ledger, RightsFilter, UseFilter
from .models import FormerSlug, Page, PhotoCredit, Picture, Source, Tombstone
from .pictures import CROP, SHARED, cut, sound_picture
from .screens import (
    ContentAdmin,
    ContentInline,
    HistoricAdmin,
    NumberedFormSet,
    PublishableAdmin,
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
class PictureAdmin(Ledger, ContentAdmin):
    form = PictureForm
    needed = ("alt",)
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


@admin.register(FormerSlug)
class FormerSlugAdmin(HistoricAdmin):
    list_display = ["slug", "content_type"]
    search_fields = ["slug"]


@admin.register(Tombstone)
class TombstoneAdmin(HistoricAdmin):
    list_display = ["title", "content_type", "deleted_at"]
    search_fields = ["title"]
