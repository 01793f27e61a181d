"""Editors look at the public page of an item before it is saved, and share it with people who have no account."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.files.storage import InMemoryStorage
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conflicts import RowsGone
from .preview import PreviewLink, language_for, preview_page, public_page
from .states import State


class ShareForm(forms.ModelForm):
    days = forms.TypedChoiceField(
        label=_("How long the link is valid"),
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        coerce=int,
        initial=7,
        widget=forms.RadioSelect(attrs={"class": "radiolist"}),
    )

    class Meta:
        model = PreviewLink
        fields = ["note"]
        widgets = {"note": forms.TextInput(attrs={"class": "vTextField"})}

    def clean_days(self):
        last = timezone.localdate() + timedelta(days=self.cleaned_data["days"])
        self.instance.expires_at = timezone.make_aware(datetime.combine(last, time.max))  # that day is counted
        return self.cleaned_data["days"]


class RowsKept(RowsGone):
    """What was typed into rows that somebody else removed meanwhile is shown all the same."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.gone = False
        return form


def keep_files_in_memory(row):
    """What the roll-back of a preview would leave on the disk is never written there."""
    for field in row._meta.fields:
        if isinstance(field, models.FileField):
            getattr(row, field.name).storage = InMemoryStorage()


class Previewed:
    """For screens of what can be published: its page before it is saved, and links to it for people without account.

    What was typed goes through the form's own view and into the database, is shown from there, and is rolled back.
    """

    def get_urls(self):
        name, door = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("add/preview/", door(self.preview_view), name=f"{name}_add_preview"),
            path("<path:object_id>/preview/", door(self.preview_view), name=f"{name}_preview"),
            path("<path:object_id>/share/", door(self.share_view), name=f"{name}_share"),
            *super().get_urls(),
        ]

    def may_share(self, request, item):
        return self.has_change_permission(request, item) and self.may_write(request, item)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        row = [] if add else [obj.pk]
        context["preview_url"] = reverse(admin_urlname(self.opts, "add_preview" if add else "preview"), args=row)
        if change and self.may_share(request, obj):
            context["share_url"] = reverse(admin_urlname(self.opts, "share"), args=row)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def preview_view(self, request, object_id=None):
        """What a form holds, if it was sent along; else the item as it is saved."""
        row = [object_id] if object_id else []
        form = reverse(admin_urlname(self.opts, "change" if row else "add"), args=row)
        if request.method == "POST":
            return self.preview_typed(request, object_id, form)
        if object_id is None and not self.has_add_permission(request):
            raise PermissionDenied
        if object_id is None:  # asked for anew, without what was typed
            return redirect(form)
        item = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, item):
            raise PermissionDenied
        if item is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        language = language_for(request, item)
        if item.state == State.LIVE:
            return public_page(item, language)
        return preview_page(request, item, language, form=form)

    def preview_typed(self, request, object_id, form):
        request.POST = request.POST.copy()
        for button in [name for name in request.POST if name.startswith("_")]:
            del request.POST[button]  # to look at a page publishes nothing and sends nothing
        language = language_for(request)
        request.previewed = None
        with transaction.atomic():
            response = self.changeform_view(request, object_id, form)
            if request.previewed:
                response = preview_page(request, request.previewed, language, saved=False)
            transaction.set_rollback(True)
        return response

    def get_formsets_with_inlines(self, request, obj=None):
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if hasattr(request, "previewed") and obj:
                formset = type(formset.__name__, (RowsKept, formset), {})
            yield formset, inline

    def digest(self, request, item):
        # Who looks at a form that is out of date changes nothing; the save after it is told, also from the form that
        # is shown again with errors.
        return request.POST.get("digest", "") if hasattr(request, "previewed") else super().digest(request, item)

    def save_model(self, request, item, form, change):
        if hasattr(request, "previewed"):
            keep_files_in_memory(item)
        super().save_model(request, item, form, change)

    def save_formset(self, request, form, formset, change):
        if hasattr(request, "previewed"):
            for row in formset.forms:
                keep_files_in_memory(row.instance)
        super().save_formset(request, form, formset, change)

    def response_add(self, request, item, post_url_continue=None):
        if hasattr(request, "previewed"):
            return self.note_previewed(request, item)
        return super().response_add(request, item, post_url_continue)

    def response_change(self, request, item):
        if hasattr(request, "previewed"):
            return self.note_previewed(request, item)
        return super().response_change(request, item)

    def note_previewed(self, request, item):
        request.previewed = item
        return HttpResponse()

    def share_view(self, request, object_id):
        item = self.get_object(request, unquote(object_id))
        if item is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.may_share(request, item):
            raise PermissionDenied
        links = PreviewLink.objects.of(item).select_related("created_by")
        form = ShareForm(request.POST if "share" in request.POST else None)
        if "revoke" in request.POST:
            chosen = [link.pk for link in links.valid() if str(link.pk) == request.POST["revoke"]]
            links.filter(pk__in=chosen).update(revoked_at=timezone.now())
            messages.success(request, _("The link shows nothing any more."))
            return redirect(request.path)
        if form.is_valid() and item.state != State.LIVE:
            form.instance.item, form.instance.created_by = item, request.user
            form.save()
            messages.success(request, _("The link is made. Copy its address and send it."))
            return redirect(request.path)
        context = {
            "title": _("Share a preview"),
            "subtitle": str(item),
            "opts": self.opts,
            "original": item,
            "form": form,
            "live": item.state == State.LIVE,
            "public_url": request.build_absolute_uri(item.get_absolute_url()),
            "links": [(link, request.build_absolute_uri(link.get_absolute_url())) for link in links],
        }
        return TemplateResponse(request, "admin/share.html", self.admin_site.each_context(request) | context)
