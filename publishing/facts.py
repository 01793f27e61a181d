"""Facts that come from somewhere: each says from where, for which year, and whether somebody checked it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .content import Content
from .text import CleanCharField


class Documented(models.Model):
    """Something taken from a document, which may be named."""

    source = models.ForeignKey(
        "publishing.Source",
        verbose_name=_("source"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The document that this item was taken from."),
    )

    class Meta:
        abstract = True


class SourcedFact(Content):
    """A statement with its source. An empty ``year`` means that the source gives none: "not recorded"."""

    source = models.ForeignKey(
        "publishing.Source", verbose_name=_("source"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("The year the fact is of. Empty: not recorded.")
    )
    verified = models.BooleanField(
        _("verified"),
        default=False,
        help_text=_("Tick it when an official source confirms the fact. Without the tick the page says “unverified”."),
    )
    note = CleanCharField(_("note"), max_length=500, blank=True, help_text=_("Shown with the fact, in a few words."))

    class Meta:
        abstract = True
