"""The links of the portal to other sites: where they stand, and which of them are dead.

``note`` keeps the list with each save; ``manage.py check_links`` and the button at the desk ask whether they answer.
"""

from collections import defaultdict
from datetime import timedelta
from itertools import zip_longest
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField

from .content import Content
from .fetching import Asking, Outcome
from .own_links import hrefs
from .text import RichTextField, own_path, safe_html

LONGEST = 500  # characters of an address that can be kept
# Sites that answer with these are there: they do not let everybody in, or nobody who is no browser.
CLOSED_DOORS = (401, 402, 403, 407, 429, 451, 999)
GONE = (404, 410)
# What does not answer may come back. It counts as dead after so many failures, and not within a weekend.
FAILURES, PATIENCE = 3, timedelta(days=3)


class Result(models.TextChoices):
    UNCHECKED = "unchecked", _("not checked yet")
    OK = "ok", _("works")
    UNCERTAIN = "uncertain", _("not certain")
    DEAD = "dead", _("dead")


class CheckedLinkQuerySet(models.QuerySet):
    def used(self):
        return self.filter(models.Exists(LinkUse.objects.filter(link=models.OuterRef("pk"))))

    def dead(self):
        return self.used().filter(result=Result.DEAD)

    def uncertain(self):
        return self.used().filter(result=Result.UNCERTAIN)

    def of(self, item):
        """Those that stand in ``item`` or in its rows."""
        places = Q()
        for model, path in [(type(item), "pk"), *parts_of(type(item))]:
            rows = model.objects.filter(**{path: item.pk}).values("pk")
            places |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=rows)
        return self.filter(pk__in=LinkUse.objects.filter(places).values("link"))

    def with_places(self):
        """With the items that they stand in, for ``places``; the number of queries does not grow with them."""
        rows = [model.objects.select_related(*keys_to_wholes(model)) for model in linking_models()]
        uses = LinkUse.objects.order_by("pk").prefetch_related(GenericPrefetch("row", rows))
        return self.prefetch_related(models.Prefetch("uses", uses))

    def due(self, limit):
        """Those never checked, then those checked longest ago; their hosts by turns, so that none is pressed."""
        by_host = defaultdict(list)
        for link in self.used().order_by(F("checked_at").asc(nulls_first=True), "pk")[:limit]:
            by_host[link.host].append(link)
        return [link for turn in zip_longest(*by_host.values()) for link in turn if link]


class CheckedLink(models.Model):
    """An address outside the portal that some item leads to, without its fragment."""

    url = models.CharField(_("address"), max_length=LONGEST, unique=True)
    result = models.CharField(_("result"), max_length=9, choices=Result, default=Result.UNCHECKED)
    outcome = models.CharField(_("what happened"), max_length=11, choices=Outcome, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    target = models.TextField(_("has moved to"), blank=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    since = models.DateTimeField(_("fails since"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)

    objects = CheckedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["url"]
        indexes = [models.Index(fields=["result", "url"], name="publishing_link_by_result")]

    def __str__(self):
        return self.url

    @property
    def host(self):
        return urlsplit(self.url).netloc

    @property
    def places(self):
        """The items that it stands in."""
        return list(dict.fromkeys(whole(use.row) for use in self.uses.all() if use.row))

    @property
    def reason(self):
        """Why it does not work, in words."""
        if self.result in (Result.UNCHECKED, Result.OK):
            return ""
        if self.status is None:
            return self.get_outcome_display()
        if self.status in GONE:
            return _("The site says that there is no such page (%d).") % self.status
        if self.status in CLOSED_DOORS:
            return _("The site lets no program in (%d): look yourself.") % self.status
        return _("The site has a fault (%d).") % self.status

    def take(self, answer, now=None):
        """Store what a check has shown."""
        now = now or timezone.now()
        self.outcome, self.status, self.target, self.checked_at = (
            answer.outcome,
            answer.status,
            answer.target[:2000],
            now,
        )
        if answer.from_site and answer.status < 400:
            self.result, self.since, self.failures = Result.OK, None, 0
        else:
            self.since, self.failures = self.since or now, self.failures + 1
            self.result = Result.DEAD if self.is_dead(now) else Result.UNCERTAIN
        self.save()

    def is_dead(self, now):
        if self.status in GONE or self.outcome in (Outcome.NO_HOST, Outcome.PRIVATE, Outcome.MALFORMED):
            return True
        if self.status in CLOSED_DOORS:
            return False
        return self.failures >= FAILURES and now - self.since >= PATIENCE


class LinkUse(models.Model):
    """That a row of content holds a link."""

    link = models.ForeignKey(CheckedLink, on_delete=models.CASCADE, related_name="uses")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    row = GenericForeignKey()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="publishing_linkuse_once", fields=["content_type", "object_id", "link"])
        ]

    def __str__(self):
        return f"{self.content_type} {self.object_id}"


def dead_links(item):
    """The dead links of ``item``, those of its rows included; one query."""
    return list(CheckedLink.objects.dead().of(item))


# --- where links stand --------------------------------------------------------------------------------------------


def link_fields(model):
    """The fields of ``model`` that hold addresses or texts with links; of a translated one its languages."""
    fields = [field for field in model._meta.fields if isinstance(field, models.URLField | RichTextField)]
    originals = {field.translated_field.name for field in fields if isinstance(field, TranslationField)}
    return [field for field in fields if field.name not in originals]


def linking_models():
    return [model for model in apps.get_models() if issubclass(model, Content) and link_fields(model)]


def parts_of(model):
    """``[(model, name of its key to the item), …]`` of the rows that go with an item of ``model`` and hold links."""
    return [
        (relation.related_model, relation.field.name)
        for relation in model._meta.related_objects
        if relation.on_delete is models.CASCADE and relation.related_model in linking_models()
    ]


def keys_to_wholes(model):
    """The names of the keys to what a row of ``model`` is a part of."""
    fields = [field for field in model._meta.fields if field.is_relation]
    return [field.name for field in fields if field.remote_field.on_delete is models.CASCADE]


def whole(row):
    """The item in whose form ``row`` is written: itself, or what it is a part of."""
    return next((getattr(row, name) for name in keys_to_wholes(type(row))), row)


def outgoing(row):
    """The addresses outside the portal that ``row`` leads to."""
    urls = set()
    for field in link_fields(type(row)):
        value = getattr(row, field.attname) or ""
        urls.update(hrefs(safe_html(value)) if isinstance(field, RichTextField) else [value])
    urls = {url.partition("#")[0] for url in urls if url.startswith(("http://", "https://")) and not own_path(url)}
    return {url for url in urls if len(url) <= LONGEST}


def note(row):
    """Keep in mind which links ``row`` holds now."""
    if not link_fields(type(row)):
        return
    content_type = ContentType.objects.get_for_model(row)
    uses = LinkUse.objects.filter(content_type=content_type, object_id=row.pk)
    before, now = set(uses.values_list("link__url", flat=True)), outgoing(row)
    if before - now:
        uses.filter(link__url__in=before - now).delete()
    if new := now - before:
        CheckedLink.objects.bulk_create([CheckedLink(url=url) for url in sorted(new)], ignore_conflicts=True)
        links = CheckedLink.objects.filter(url__in=new)
        new_uses = [LinkUse(link=link, content_type=content_type, object_id=row.pk) for link in links]
        LinkUse.objects.bulk_create(new_uses, ignore_conflicts=True)


def forget(row):
    """The same for a row that is deleted."""
    if link_fields(type(row)):
        LinkUse.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk).delete()


def note_all():
    """Go through all content, after changes that passed by the models (``QuerySet.update``, SQL, bulk creation)."""
    for model in linking_models():
        content_type = ContentType.objects.get_for_model(model)
        gone = LinkUse.objects.filter(content_type=content_type).exclude(object_id__in=model.objects.values("pk"))
        gone.delete()
        for row in model.objects.iterator(chunk_size=500):
            note(row)
    CheckedLink.objects.filter(uses=None).delete()


# --- checking -----------------------------------------------------------------------------------------------------


def check(links, asking=None):
    """Ask for each of ``links`` and store the answers; yields each link when it is done.

    Silence counts only once some site has answered: else the way out may be closed here.
    """
    asking = asking or Asking()
    reached, silent = False, []
    for link in links:
        answer = None if asking.is_over else asking.about(link.url)
        if answer is None:
            break
        reached = reached or answer.from_site
        silent.append((link, answer))
        if reached or not answer.is_silence:
            yield from taken(silent if reached else [silent.pop()])
            silent = [] if reached else silent
    if silent and network_works(asking):
        yield from taken(silent)


def taken(answers):
    for link, answer in answers:
        link.take(answer)
        yield link


def network_works(asking):
    """Whether a site that answered before does so now."""
    known = CheckedLink.objects.used().filter(result=Result.OK).order_by("-checked_at").first()
    answer = known and not asking.is_over and asking.about(known.url)
    return bool(answer) and answer.from_site
