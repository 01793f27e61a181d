"""Standing pages, pictures and sources."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .checklist import Gap
from .content import Content
from .freshness import OutdatedTranslation
from .history import ChangeNote
from .links import CheckedLink, LinkUse
from .pictures import picture_path
from .preview import PreviewLink
from .search import SearchEntry
from .slugs import SLUG_LENGTH, FormerSlug
from .states import Publishable
from .text import CleanCharField, CleanTextField, RichTextField
from .uploads import Upload
from .version import ContentVersion, Tombstone

# Django finds models here; those of a mechanism stand with it.
__all__ = ["ChangeNote", "CheckedLink", "ContentVersion", "FormerSlug", "LinkUse", "OutdatedTranslation", "PreviewLink"]
__all__ += ["Page", "PhotoCredit", "Picture", "SearchEntry", "Source", "Tombstone", "Upload"]


class Source(Content):
    """A document or page that facts and items were taken from."""

    slug = models.SlugField(_("key"), max_length=SLUG_LENGTH, unique=True)
    title = CleanCharField(_("title"), max_length=400, help_text=_("As it would stand in a list of references."))
    publisher = CleanCharField(_("publisher"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    note = CleanTextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["slug"]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return f"{reverse('sources')}#{self.slug}"


class Picture(Content):
    """A picture with what the law and readers who cannot see it need."""

    natural_key_fields = ("file",)

    file = models.FileField(
        _("file"),
        upload_to=picture_path,
        unique=True,
        help_text=_("JPEG, PNG or WebP, at most 20 MB. It is stored anew, without the camera’s hidden data."),
    )
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    alt = CleanCharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What is to be seen, for those who cannot see it."),
    )
    caption = CleanCharField(_("caption"), max_length=300, blank=True)
    credit = CleanCharField(
        _("credit"), max_length=200, blank=True, help_text=_("The photographer, as they wish to be named.")
    )
    licence = CleanCharField(_("licence"), max_length=200, blank=True)
    permission = CleanTextField(
        _("proof of permission"), blank=True, help_text=_("Who allowed the use, when and how. Not shown to visitors.")
    )
    focus_x = models.PositiveSmallIntegerField(_("point of interest, from the left (%)"), default=50)
    focus_y = models.PositiveSmallIntegerField(_("point of interest, from the top (%)"), default=50)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="publishing_picture_focus_inside",
                condition=models.Q(focus_x__lte=100, focus_y__lte=100),
                violation_error_message=_("The point of interest lies between 0 and 100 per cent."),
            )
        ]

    def __str__(self):
        return self.caption or self.alt or self.file.name

    def gaps(self):
        if not self.credit:
            yield Gap("credit", _("The picture has no credit."), is_error=True)
        if not self.licence:
            yield Gap("licence", _("The picture has no licence."), is_error=True)
        if not self.alt_en and not self.alt_ru:
            yield Gap("alt_en", _("The picture has no alternative text."), is_error=True)
        elif not self.alt_en:
            yield Gap("alt_en", _("The picture has no alternative text in English."))
        elif not self.alt_ru:
            yield Gap("alt_ru", _("The picture has no alternative text in Russian."))

    @property
    def is_shown(self):
        """Whether an item shows it that visitors see, or will when its time has come."""
        relations = [one for one in self._meta.get_fields(include_hidden=True) if one.one_to_many and one.auto_created]
        users = [one for one in relations if issubclass(one.related_model, Publishable)]
        return self.pk is not None and any(
            item.is_shown for one in users for item in one.related_model.objects.filter(**{one.field.name: self})
        )


class PhotoCredit(Content):
    """A credit that a document gives for a picture which the portal may not show."""

    natural_key_fields = ("source__slug", "number")

    source = models.ForeignKey(
        Source, verbose_name=_("document"), on_delete=models.PROTECT, related_name="photo_credits"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    subject = CleanCharField(_("subject"), max_length=200, blank=True, help_text=_("Empty: the document names none."))
    text = CleanCharField(_("credit"), max_length=200)

    class Meta:
        verbose_name = _("photo credit")
        verbose_name_plural = _("photo credits")
        ordering = ["source", "number"]
        constraints = [
            models.UniqueConstraint(
                name="publishing_photocredit_numbered",
                fields=["source", "number"],
                violation_error_message=_("This document has a credit of that number already."),
            )
        ]

    def __str__(self):
        return f"{self.subject} © {self.text}" if self.subject else f"© {self.text}"


class Page(Publishable):
    """A standing page, such as "About CAMI"."""

    class Place(models.TextChoices):
        NONE = "none", _("not in the navigation")
        HEADER = "header", _("head of every page")
        FOOTER = "footer", _("foot of every page")

    reserved_slugs = (
        r"species|events|news|newsletter|contacts|search|changes|data|sources"
        r"|api|admin|accounts|preview|style|media|static|..?"
    )

    title = CleanCharField(_("title"), max_length=200, blank=True)
    summary = CleanTextField(_("summary"), blank=True, help_text=_("One or two sentences, shown below the title."))
    body = RichTextField(_("text"), blank=True)
    place = models.CharField(_("place in the navigation"), max_length=6, choices=Place, default=Place.NONE)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("standing page")
        verbose_name_plural = _("standing pages")
        permissions = [  # of all content, not of standing pages: they need a table to stand beside
            ("publish", "Can write everywhere and put items on the portal"),
            ("translate", "Can write the Russian fields of everything"),
        ]
        ordering = ["order", "slug"]
        constraints = Publishable.constraints()

    def get_absolute_url(self):
        return reverse("page", args=[self.slug])
