"""The editors' base screens: what is true of every form and list in the admin.

Each translated field stands in a row with its other languages: write ``both("title")`` where a form has one field.
"""

import datetime
import logging
from functools import partial

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth import get_permission_codename
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, IntegrityError, OperationalError, models, transaction
from django.db.models import Max
from django.forms import BaseInlineFormSet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.fields import TranslationField

from .checklist import ChecklistForm, ChecklistScreen
from .comparison import moment
from .conflicts import CurrentForm, RefusesOutdated, RowRefusesOutdated
from .deletion import without_ties
from .freshness import FreshnessForm, FreshnessScreen, outdated, outdated_rows, untranslated
from .history import catch_up
from .past import KeepsHistory, TakesNotes
from .permissions import ByRole, PartByRole
from .review import tell_editors
from .sharing import Previewed
from .states import State
from .storage import Away, together_with_rows
from .tasks import EDITORIAL, TRANSLATION, TaskFilter
from .wording import NBSP, day_in_words, name_of

logger = logging.getLogger(__name__)

LANGUAGES = [code for code, name in settings.LANGUAGES]
INSTANTS = ["published_at", "expires_at", "submitted_at", "withdrawn_at"]
NEEDED = _("Needed to publish.")
DATES = _("Where only the month or the year is known, take any day of it and say so beside it.")


def both(*fields):
    """The names of translated fields in every language: ``both("title")`` is one row of a form."""
    return tuple(f"{field}_{code}" for field in fields for code in LANGUAGES)


# --- forms --------------------------------------------------------------------------------------------------------


class SturdyForm(ChecklistForm, FreshnessForm, CurrentForm):
    refusal = ""  # why the row could not be stored although the form is right (``SturdyAdmin.changeform_view``)

    def clean(self):
        if self.refusal:
            raise ValidationError(self.refusal)
        return super().clean()


class InstantField(forms.SplitDateTimeField):
    """A day and a time; a day alone begins at midnight."""

    def compress(self, data):
        return super().compress([data[0], datetime.time()] if data and data[0] and not data[1] else data)


class NumberedFormSet(BaseInlineFormSet):
    """Gives each new row the next free number of its item."""

    def save_new(self, form, commit=True):
        rows = self.model.objects.filter(**{self.fk.name: self.instance})
        form.instance.number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
        return super().save_new(form, commit)


def worded(form, model):
    """The class ``form``, whose fields are named alike where they can only be read; and no help how to fill those."""
    columns = [column for column in model._meta.fields if isinstance(column, TranslationField)]
    form._meta.labels = {column.name: name_of(column) for column in columns}
    form._meta.help_texts = {column.name: "" for column in model._meta.fields}
    return form


class Labelled:
    """Labels that say the language of a translated field, also to spelling checkers, and the two halves of a time."""

    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.DateTimeField: {"form_class": InstantField},
    }

    def get_form(self, request, obj=None, change=False, **kwargs):
        return worded(super().get_form(request, obj, change=change, **kwargs), self.model)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        worded(formset.form, self.model)
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if hasattr(formfield, "max_length"):
            formfield.widget.attrs.pop("maxlength", None)  # a browser would cut a long paste without a word
        if isinstance(db_field, models.SlugField):
            formfield.error_messages["invalid"] = _("An address is made of the letters a to z, digits, - and _.")
        if isinstance(db_field, TranslationField):
            original, language = db_field.translated_field, db_field.language
            formfield.label = name_of(db_field)
            formfield.widget.attrs["lang"] = language
            formfield.required = not original.blank and language == LANGUAGES[0]
            formfield.empty_value = ""  # Django would take None for an empty line, which every constraint lets pass
        elif isinstance(db_field, models.DateTimeField):
            for widget, half in zip(formfield.widget.widgets, [_("date"), _("time")], strict=True):
                widget.attrs["aria-label"] = f"{formfield.label}: {half}"
        return formfield


class ContentInline(PartByRole, RowRefusesOutdated, Labelled, admin.StackedInline):
    form = SturdyForm
    extra = 0
    classes = ["collapse"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("outdated_translations")


class PartInline(PartByRole, RowRefusesOutdated, admin.TabularInline):
    """The organisations of a meeting or an article."""

    form = SturdyForm
    extra = 0
    classes = ["collapse"]
    fields = ["organisation", "part"]
    autocomplete_fields = ["organisation"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation")


# --- screens ------------------------------------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return queryset.in_state(self.value()) if self.value() in State.values else None


class TranslationFilter(admin.SimpleListFilter):
    """What has a text in one language only, or one that is outdated; the rows inside an item's form count too."""

    CONDITIONS = {"ru": untranslated, "fresh": outdated, "en": partial(untranslated, language="en", written="ru")}

    title = _("translation")
    parameter_name = "without"

    def lookups(self, request, model_admin):
        self.screen = model_admin
        return [("ru", _("Russian missing")), ("fresh", _("Russian outdated")), ("en", _("English missing"))]

    def queryset(self, request, queryset):
        condition = self.CONDITIONS.get(self.value())
        return condition and queryset.filter(self.screen.where(condition))


class SturdyAdmin(admin.ModelAdmin):
    """Django's screen, answering in words where Django's own breaks: bad input, a full disk, two editors at once."""

    form = SturdyForm
    save_on_top = True
    list_per_page = 50
    show_full_result_count = False  # a second count of all rows for a number that nobody needs

    class Media:
        js = ["publishing/admin/labels.js"]

    def lookup_allowed(self, lookup, value, request):
        # In an address anybody can ask for any look-up; broken regular expressions make databases fail.
        return "regex" not in lookup and super().lookup_allowed(lookup, value, request)

    def to_field_allowed(self, request, to_field):
        try:
            return super().to_field_allowed(request, to_field)
        except AttributeError:  # the name of a relation that is no field
            return False

    def get_search_results(self, request, queryset, search_term):
        # The autocompletion passes on what it is given: NUL, which PostgreSQL refuses, and any number of words.
        return super().get_search_results(request, queryset, search_term.replace("\0", "")[:100])

    def get_changelist_instance(self, request):
        found = super().get_changelist_instance(request)
        if found.query:
            found.date_hierarchy = None  # it would search all texts twice more
        return found

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def get_deleted_objects(self, objs, request):
        return without_ties(super().get_deleted_objects(objs, request))

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)  # Django's "Select article to change" has no good Russian
        try:
            return super().changelist_view(request, {"title": title} | (extra_context or {}))
        except (ValueError, OverflowError, DataError) as error:
            raise BadRequest from error  # a filter or a tick that no editor can set

    def changeform_view(self, request, *args, **kwargs):
        """Django's form. If storing fails, the same form again with what was typed and the reason.

        Caught here, around the transaction: inside it, nothing could be stored or read any more.
        """
        try:
            with together_with_rows():
                response = super().changeform_view(request, *args, **kwargs)
            # What closes the window of a chooser is made of a template, too.
            if request.FILES and "adminform" in (getattr(response, "context_data", None) or {}):
                messages.warning(request, _("Choose the files again: a browser does not keep them in a refused form."))
            # Rendered here already: an impossible choice is met only where the form shows it again.
            return response.render() if hasattr(response, "render") else response
        except OSError:
            logger.exception("A file could not be stored")
            request.refusal = _("The server could not store the file; its disk may be full. Nothing was saved.")
        except Away:  # if the form itself asks for a file, the answer is 503
            logger.exception("A file could not be stored")
            request.refusal = _("The store of files does not answer. Nothing was saved: try again.")
        except IntegrityError:
            logger.exception("The database refused what the form allowed")
            request.refusal = _("Somebody changed the same thing at the same moment. Nothing was saved: try again.")
        except OperationalError:  # if the database is away, the form cannot be shown either, and the answer is 503
            logger.exception("The database could not store what was sent")
            request.refusal = _(
                "The database could not store it: it is busy, or its disk is full. Nothing was saved: try again."
            )
        except (ValueError, OverflowError, DataError) as error:
            raise BadRequest from error  # a choice that no editor can make
        return super().changeform_view(request, *args, **kwargs)


class ContentAdmin(KeepsHistory, FreshnessScreen, ByRole, RefusesOutdated, Labelled, SturdyAdmin):
    """The screen of anything that readers may see. ``needed`` are the fields that make up a language version."""

    needed = ()
    needed_to_publish = ()  # fields of the form without which nothing goes on the portal; they say so
    tasks = TRANSLATION
    list_filter = [TranslationFilter]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in self.needed_to_publish:
            formfield.help_text = format_lazy("{} {}", formfield.help_text, NEEDED)
        return formfield

    @admin.display(description=_("languages"))
    def languages(self, item):
        """The languages that the item exists in, and in words those that it does not, or not as the English now is."""
        shown, outdated = [], {language for field, language in outdated_rows(item)}
        for code in LANGUAGES:
            there = all(getattr(item, f"{field}_{code}") for field in self.needed)
            shown.append(("there", code.upper()) if there else ("lacking", _("%s missing") % code.upper()))
            if there and code in outdated:
                shown[-1] = ("outdated", _("%s outdated") % code.upper())
        return format_html_join(" ", '<span class="language {}">{}</span>', shown)

    @admin.display(description=_("missing"))
    def missing(self, item):
        """What is empty in a language that the item is written in, if it is needed or another language has it."""
        fields = [
            field.translated_field for field in item._meta.fields if getattr(field, "language", "") == LANGUAGES[0]
        ]
        written = [code for code in LANGUAGES if any(getattr(item, f"{field.name}_{code}") for field in fields)]
        gaps = []
        for field in fields:
            empty = [code for code in written if not getattr(item, f"{field.name}_{code}")]
            if empty and (field.name in self.needed or len(empty) < len(written)):
                gaps.append((field.verbose_name, ", ".join(empty).upper()))
        return format_html_join(", ", "{} ({})", gaps)

    def render_change_form(self, request, context, *args, **kwargs):
        # The rich text editor's import map is an inline script: the nonce lets it through the content security policy.
        if isinstance(context["media"], Media):
            context["media"] = context["media"].with_nonce(str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class PublishableAdmin(Previewed, TakesNotes, ChecklistScreen, ContentAdmin):
    """The screen of an item that is drafted, published and withdrawn. Write ``fieldsets`` for what is its own."""

    STATUS = ["state_in_words", "languages", "missing", "changed_on"]  # the end of every ``list_display``

    needed = ("title", "summary")
    tasks = EDITORIAL
    list_filter = [StateFilter, TranslationFilter, TaskFilter]
    readonly_fields = ["identifier", "created", "changed"]
    actions = ["publish", "withdraw", "bring_back_to_draft"]

    @admin.display(description=_("title"), ordering="slug")
    def heading(self, item):
        return str(item)

    @admin.display(description=_("identifier"))
    def identifier(self, item):
        return item.uuid

    @admin.display(description=_("state"))
    def state_in_words(self, item):
        return format_html('<span class="state {}">{}</span>', item.state, item.state.label)

    @admin.display(description=_("last changed"), ordering="changed")
    def changed_on(self, item):
        return day_in_words(timezone.localdate(item.changed)).replace(NBSP, " ")

    def get_fieldsets(self, request, obj=None):
        publishing = [("published_at", "expires_at"), ("submitted_at", "withdrawn_at"), "slug", "source"]
        hint = _("A date without a time means 00:00.") if self.has_publish_permission(request) else ""
        fieldsets = [*self.fieldsets, (_("Publishing"), {"fields": publishing, "description": hint})]
        fieldsets += self.note_fieldsets(request, obj)
        if obj:
            fieldsets.append((_("Technical"), {"classes": ["collapse"], "fields": self.readonly_fields}))
        return fieldsets

    def get_autocomplete_fields(self, request):
        return [*self.autocomplete_fields, "source"]

    @property
    def needed_to_publish(self):
        return [f"{field}_{LANGUAGES[0]}" for field in self.needed]

    def get_readonly_fields(self, request, obj=None):
        """The instants of publication are the Editors'; ``submitted_at`` is set by the button."""
        if self.has_publish_permission(request):
            return super().get_readonly_fields(request, obj)
        return [*super().get_readonly_fields(request, obj), *INSTANTS]

    def may_write(self, request, item):
        """Authors write what is their own until it is approved."""
        own = item.author_id == request.user.pk and item.state in (State.DRAFT, State.SUBMITTED)
        may_make = request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('add', self.opts)}")
        return super().may_write(request, item) or (own and may_make)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["show_publish"] = self.has_publish_permission(request) and (add or obj.state != State.LIVE)
        scheduled = change and obj.state == State.SCHEDULED
        context["publish_label"] = _("Publish now") if scheduled else _("Save and publish")
        context["show_submit"] = not context["show_publish"] and (
            add or (obj.state == State.DRAFT and self.may_write(request, obj))
        )
        context["show_withdraw"] = change and obj.is_shown and self.has_publish_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, item, form, change):
        if not change:
            item.author = request.user
        before = self.model._base_manager.get(pk=item.pk) if change else self.model()
        may_publish = self.has_publish_permission(request)
        if "_publish" in request.POST and may_publish:
            if "published_at" in form.changed_data and item.published_at and item.published_at > timezone.now():
                item.withdrawn_at = None  # whoever writes a time and presses the button means that time
            else:
                item.publish()
        elif "_withdraw" in request.POST and may_publish and before.is_shown:
            item.withdraw()
        elif "_submit" in request.POST and self.may_write(request, item) and item.state == State.DRAFT:
            item.submit()
            messages.success(request, _("Sent for review. The Editors are told by mail."))
            transaction.on_commit(partial(self.tell_editors, request, item))
        super().save_model(request, item, form, change)
        if not hasattr(request, "previewed"):
            self.say_what_readers_see(request, item, before)

    def say_what_readers_see(self, request, item, before):
        """After a change of that, whether by a button or by the instants themselves."""
        state = item.state
        if state == State.SCHEDULED and (before.state, before.published_at) != (state, item.published_at):
            words = _("It goes on the portal on %s (Bonn time). Until then only editors see it:")
            words %= moment(item.published_at)
            address = reverse(admin_urlname(self.opts, "preview"), args=[item.pk])
        elif state == State.LIVE and before.state != state:
            words, address = _("It is on the portal now:"), item.get_absolute_url()
        elif state == State.WITHDRAWN and before.state != state:
            was_seen = before.state == State.LIVE
            words = _("Withdrawn: readers no longer see it.") if was_seen else _("Withdrawn: readers do not see it.")
            messages.success(request, words)
            return
        else:
            return
        messages.success(request, format_html('{} <a href="{}">{}</a>', words, address, item))

    def tell_editors(self, request, item):
        page = reverse(admin_urlname(self.opts, "change"), args=[item.pk])
        tell_editors(item, request.build_absolute_uri(page), request.user)

    def view_on_site(self, item):
        return item.get_absolute_url() if item.state == State.LIVE else None

    @admin.action(description=_("Publish now"), permissions=["publish"])
    def publish(self, request, items):
        for item in self.moving(request, self.ready(request, items), State.LIVE):
            item.publish()

    @admin.action(description=_("Withdraw from the portal"), permissions=["publish"])
    def withdraw(self, request, items):
        for item in self.moving(request, items.exclude(published_at=None), State.WITHDRAWN):
            item.withdraw()

    @admin.action(description=_("Bring back to draft"), permissions=["publish"])
    def bring_back_to_draft(self, request, items):
        for item in self.moving(request, items, State.DRAFT):
            item.bring_back_to_draft()

    def moving(self, request, items, state):
        """Yield each item that is not in ``state`` to be changed; then save it, log it, and say how many there were.

        Each is read once more, so that nothing is lost that somebody else saved since the list was read.
        """
        number = 0
        for key in [item.pk for item in items]:
            with transaction.atomic():
                item = self.model._base_manager.select_for_update().filter(pk=key).first()
                if item is None or item.state == state:
                    continue
                catch_up(item)
                yield item
                item.save()
                self.log_change(request, item, _("State: %s") % state.label)
                number += 1
        messages.success(request, _("Now “%(state)s”: %(number)d.") % {"state": state.label, "number": number})


class HistoricAdmin(SturdyAdmin):
    """A table that the portal keeps by itself: to look at only."""

    list_select_related = True

    @admin.display(description=_("kind"))
    def kind(self, row):
        return capfirst(row.content_type.name)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
