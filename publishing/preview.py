"""The public page of an item before it is public: for editors (``sharing.py``), and for others by a secret link.

A page is made by the reader's own view, for that one item; whatever is related to it is shown only if it is published.
"""

import secrets

from csp.utils import build_policy
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.handlers.wsgi import WSGIRequest
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from .states import State
from .text import CleanCharField

LANGUAGES = [code for code, name in settings.LANGUAGES]


# --- links --------------------------------------------------------------------------------------------------------


def new_token():
    return secrets.token_urlsafe(24)


class PreviewLinkQuerySet(models.QuerySet):
    def of(self, item):
        return self.filter(content_type=ContentType.objects.get_for_model(item), object_id=item.pk)

    def valid(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class PreviewLink(models.Model):
    """Lets whoever has its address see one item, as it is saved at that moment, until it expires or is revoked."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()
    token = models.CharField(max_length=32, unique=True, default=new_token)
    note = CleanCharField(
        _("for whom"), max_length=200, help_text=_("So that you know later which link is whose. Only the desk sees it.")
    )
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created", "-pk"]
        indexes = [models.Index(name="publishing_previewlink_item", fields=["content_type", "object_id"])]

    def __str__(self):
        return self.note

    def get_absolute_url(self):
        return reverse("preview", args=[self.token])

    @property
    def last_day(self):
        return timezone.localdate(self.expires_at)

    @property
    def is_valid(self):
        return self.revoked_at is None and self.expires_at > timezone.now()


# --- the page -----------------------------------------------------------------------------------------------------


def language_for(request, item=None):
    """The language that ``request`` asks for; else the browser's, if the item exists in it."""
    asked = request.GET.get("language")
    if asked is None:
        browsers = translation.get_language_from_request(request)
        there = item.languages if item else []
        return browsers if browsers in there or not there else there[0]
    if asked not in LANGUAGES:
        raise Http404
    return asked


def kept_private(response):
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["Content-Security-Policy"] = build_policy()  # the readers', also below /admin/
    return response


def preview_page(request, item, language, saved=True, **about):
    """The page of ``item`` as its readers will see it, below a bar that says what it is."""
    with translation.override(language):
        address = item.get_absolute_url()
        page = resolve(address)
        # What a stranger would ask for: nothing on the page knows of the editor.
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "QUERY_STRING": "", "HTTP_COOKIE": ""}
        visitor = WSGIRequest(request.environ | asked)
        visitor.resolver_match = page
        other = next(code for code in LANGUAGES if code != language)
        name = translation.get_language_info(other)["name_local"].capitalize()
        switch = {"code": other, "name": name, "url": f"{request.path}?language={other}"} if saved else None
        preview = about | {"item": item, "saved": saved, "switch": switch}
        response = page.func.view_class.as_view(preview=preview)(visitor, *page.args, **page.kwargs).render()
        response["Content-Language"] = language
    return kept_private(response)


def public_page(item, language):
    with translation.override(language):
        return kept_private(redirect(item))


@require_safe
def shared(request, token):
    """The item that a link was made for. Why a link shows nothing is not told: the answer is always the same."""
    link = PreviewLink.objects.valid().filter(token=token).first()
    if link is None or link.item is None or request.GET.get("language", LANGUAGES[0]) not in LANGUAGES:
        with translation.override(translation.get_language_from_request(request)):
            return kept_private(HttpResponse(render_to_string("preview/gone.html"), status=404))
    if request.method == "GET":
        PreviewLink.objects.filter(pk=link.pk).update(opened_at=timezone.now())
    language = language_for(request, link.item)
    if link.item.state == State.LIVE:
        return public_page(link.item, language)
    return preview_page(request, link.item, language, until=link.last_day)
