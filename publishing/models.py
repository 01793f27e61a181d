"""Standing pages, pictures and sources."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .checklist import Gap
from .content import Content, ContentQuerySet
from .freshness import OutdatedTranslation
from .history import ChangeNote
from .links import CheckedLink, LinkUse
from .pictures import SHARED, make_variants, picture_path, variant_names
from .preview import PreviewLink
from .search.index import SearchEntry, SearchName, SearchWord
from .slugs import SLUG_LENGTH, FormerSlug, page_address
from .states import Publishable
from .storage import names_of, put_aside
from .structured_data import language_of, recorded
from .text import CleanCharField, CleanTextField, RichTextField
from .uploads import Upload
from .version import ContentVersion, Tombstone

# Django finds models here; those of a mechanism stand with it.
__all__ = ["ChangeNote", "CheckedLink", "ContentVersion", "FormerSlug", "LinkUse", "OutdatedTranslation", "PreviewLink"]
__all__ += ["Page", "PhotoCredit", "Picture", "SearchEntry", "SearchName", "SearchWord", "Source", "Tombstone"]
__all__ += ["Upload"]


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


class PictureQuerySet(ContentQuerySet):
    def licensed(self):
        """Those that say who took them and what allows their use."""
        return self.exclude(credit="").exclude(licence="")


class Picture(Content):
    """A picture with what the law and readers who cannot see it need.

    Its variants are made when it is stored; ``manage.py make_variants`` makes those of rows that came another way.
    """

    natural_key_fields = ("file",)
    VARIANTS = ("variants",)  # the columns that name files beside those of its FileFields

    objects = PictureQuerySet.as_manager()

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # texts know it by this, whatever its file

    file = models.FileField(
        _("file"),
        upload_to=picture_path,
        unique=True,
        help_text=_("JPEG, PNG or WebP, at most 20 MB. It is stored anew, without the camera’s hidden data."),
    )
    variants = models.JSONField(default=dict, editable=False)
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
        return self.caption or self.alt or gettext("picture %s, not described") % self.uuid.hex[:6]

    def save(self, *args, **kwargs):
        """The files come first, the row names them, and then those go that it does not name any more."""
        if kwargs.get("update_fields") is not None:
            return super().save(*args, **kwargs)
        self._meta.get_field("file").pre_save(self, add=False)  # writes what was uploaded
        made_of = self.file.name.rpartition(".")[0], "{}x{}".format(*self.point)
        if made_of == (self.variants.get("of"), self.variants.get("point")):
            return super().save(*args, **kwargs)
        before = Picture.objects.filter(pk=self.pk).only("file", "variants").first() if self.pk else None
        former = names_of(before) if before else []
        self.draw(known=former)
        super().save(*args, **kwargs)
        put_aside(set(former) - set(names_of(self)))

    def draw(self, known=()):
        """Make the variants, but not those of the names ``known``; a file that is gone or no picture has none."""
        self.variants, size = make_variants(self.file.name, self.point, known)
        if self.variants:
            self.width, self.height = size

    @property
    def point(self):
        return self.focus_x, self.focus_y

    @property
    def variant_names(self):
        return list(variant_names(self.variants).values())

    @property
    def shared(self):
        """What goes with a shared link: address and size, in the words of Open Graph."""
        width, address = next(iter(self.addresses("shared").items()))
        height = round(width * SHARED[1] / SHARED[0]) if self.variants else self.height
        return {"image": address, "width": width, "height": height}

    def structured_data(self, absolute):
        size = self.shared
        return {"@type": "ImageObject", "url": absolute(size["image"])} | recorded(
            width=size["width"],
            height=size["height"],
            caption=self.caption,
            creditText=self.credit,
        )

    def addresses(self, kind):
        """``{width: address}`` of the variants for one use; where there are none, the file itself stands for all."""
        storage = self.file.storage
        names = variant_names(self.variants).items()
        found = {width: storage.url(name) for (use, width), name in names if use == kind}
        return found or ({self.width: storage.url(self.file.name)} if self.file else {})

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
        return page_address("page", self.slug)

    @property
    def schema_type(self):
        return "AboutPage" if self.slug == "about" else "WebPage"

    def structured_data(self, absolute, shown):
        return self.reference(absolute) | recorded(
            description=self.summary,
            inLanguage=language_of(self),
            dateModified=self.changed.isoformat(timespec="seconds"),
        )
