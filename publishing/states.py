"""What makes an item publishable: four instants, one ``state``, one ``published()``.

Nothing else looks at the four columns. Whatever shows items to visitors starts from ``published()``.
"""

import datetime
from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .checklist import Gap
from .constraints import FieldCheck
from .facts import Documented
from .freshness import Freshness, fields_of, texts_of
from .links import dead_links
from .slugs import Addressed, AddressedQuerySet

LONG_AGO = datetime.datetime(1900, 1, 1, tzinfo=UTC)  # before anything was published


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted for review")
    SCHEDULED = "scheduled", _("scheduled")
    LIVE = "live", _("live")
    EXPIRED = "expired", _("expired")
    WITHDRAWN = "withdrawn", _("withdrawn")


def in_state(state, now=None):
    """The condition that a row's ``state`` is ``state`` at ``now``: the property below, said as a query."""
    now = now or timezone.now()
    kept = models.Q(withdrawn_at__isnull=True)
    unset, begun = models.Q(published_at__isnull=True), models.Q(published_at__lte=now)
    over = models.Q(expires_at__isnull=False, expires_at__lte=now)
    return {  # only the one that is asked for is made: every page asks several times
        State.DRAFT: lambda: kept & unset & models.Q(submitted_at__isnull=True),
        State.SUBMITTED: lambda: kept & unset & models.Q(submitted_at__isnull=False),
        State.SCHEDULED: lambda: kept & models.Q(published_at__gt=now),
        State.LIVE: lambda: kept & begun & ~over,
        State.EXPIRED: lambda: kept & begun & over,
        State.WITHDRAWN: lambda: ~kept,
    }[state]()


class PublishableQuerySet(AddressedQuerySet):
    def in_state(self, state, now=None):
        return self.filter(in_state(state, now))

    def published(self):
        return self.in_state(State.LIVE)


class Publishable(Documented, Addressed):
    """An item in two languages that is live from an instant to an instant."""

    search_fields = (("title",), ("summary",), ("body",))

    published_at = models.DateTimeField(
        _("published from"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: a draft, seen by nobody but editors. In the future: goes live by itself at that time (Bonn time)."
        ),
    )
    submitted_at = models.DateTimeField(_("submitted for review"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        _("withdrawn"),
        null=True,
        blank=True,
        help_text=_("Set it to take the item off the portal; empty it to bring it back."),
    )
    expires_at = models.DateTimeField(
        _("published until"),
        null=True,
        blank=True,
        help_text=_("The item leaves the portal by itself at that time (Bonn time)."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True

    @staticmethod
    def constraints(title="title"):
        """The constraints of every publishable model, for its ``Meta.constraints``."""
        titled = ~models.Q(**{f"{title}_en": ""}) | ~models.Q(**{f"{title}_ru": ""})
        return [
            FieldCheck(
                name="%(app_label)s_%(class)s_has_a_title",
                field=f"{title}_en",
                condition=titled,
                violation_error_message=_("Write a title in English, or in Russian where only a Russian text exists."),
            ),
            FieldCheck(
                name="%(app_label)s_%(class)s_expires_after_publication",
                field="expires_at",
                condition=models.Q(expires_at__isnull=True)
                | models.Q(published_at__isnull=False, expires_at__gt=models.F("published_at")),
                violation_error_message=_("“Published until” must be later than “published from”."),
            ),
            FieldCheck(
                name="%(app_label)s_%(class)s_withdrawn_after_publication",
                field="withdrawn_at",
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(published_at__isnull=False),
                violation_error_message=_("Only what was published can be withdrawn. A draft can simply stay a draft."),
            ),
        ]

    @staticmethod
    def indexes():
        """For models of many items: by these it is looked up what turns next (``version.py``), and nothing else.

        An index of all that is published would be taken by SQLite for lists too, whose items it then fetched and
        sorted, all of them. A condition that only that question states keeps it from that.
        """
        columns = [("published_at", "begins"), ("expires_at", "ends")]
        return [
            models.Index(
                fields=[column],
                condition=models.Q(**{f"{column}__gt": LONG_AGO}),
                name=f"%(app_label)s_%(class)s_{name}",
            )
            for column, name in columns
        ]

    def publish(self):
        """Live from now on, or since it first was; until ``expires_at``, if that is still to come."""
        now = timezone.now().replace(microsecond=0)  # forms show no more, and would seem to change it
        self.published_at = min(self.published_at or now, now)
        self.withdrawn_at = None
        if self.expires_at and self.expires_at <= now:
            self.expires_at = None

    def submit(self):
        self.submitted_at = timezone.now()

    def withdraw(self):
        self.withdrawn_at = timezone.now()

    def bring_back_to_draft(self):
        self.published_at = self.submitted_at = self.withdrawn_at = self.expires_at = None

    def gaps(self):
        """What it lacks. Models add what they want beside title, summary, Russian and a picture that may be shown."""
        names = {field: self._meta.get_field(field).verbose_name for field in fields_of(type(self))}
        title, written = self.title_field, "en" if getattr(self, f"{self.title_field}_en") else "ru"
        if written == "ru":
            english = any(getattr(self, f"{field}_en") for field in names)
            text = _("The title is missing in English.") if english else _("There is only a Russian text.")
            yield Gap(f"{title}_en", text, is_error=english)
        if not getattr(self, f"summary_{written}"):
            yield Gap(f"summary_{written}", _("The summary is missing: lists and shared links show it."), is_error=True)
        if picture := getattr(self, "picture", None):
            yield from (Gap("picture", gap.text, gap.is_error) for gap in picture.gaps())
        for field, language, state, _row in texts_of(self):
            if state != Freshness.FRESH:
                text = _("Russian missing: %s") if state == Freshness.MISSING else _("Russian outdated: %s")
                yield Gap(f"{field}_{language}", text % names[field])
        if self.pk:
            yield from (Gap("", _("This link leads nowhere: %s") % link.url) for link in dead_links(self))

    def remains(self):
        """What its tombstone keeps for those who harvest it, as JSON; ``None`` where nobody does."""
        return None

    @property
    def is_shown(self):
        """Whether visitors see it, or will when its time has come."""
        return self.state in (State.LIVE, State.SCHEDULED)

    @property
    def shown(self):
        return (self.published_at, self.expires_at) if self.is_shown else None

    @property
    def state(self):
        return self.state_at(timezone.now())

    def state_at(self, now):
        if self.withdrawn_at:
            return State.WITHDRAWN
        if not self.published_at:
            return State.SUBMITTED if self.submitted_at else State.DRAFT
        if self.published_at > now:
            return State.SCHEDULED
        return State.EXPIRED if self.expires_at and self.expires_at <= now else State.LIVE
