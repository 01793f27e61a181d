"""Standing pages, pictures, sources, and the tables behind addresses, search and caches."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .content import Content
from .pictures import picture_path
from .slugs import SLUG_LENGTH
from .states import Publishable
from .text import CleanCharField, CleanTextField, RichTextField


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
        ordering = ["order", "slug"]
        constraints = Publishable.constraints()

    def get_absolute_url(self):
        return reverse("page", args=[self.slug])


class FormerSlugQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def keep_address_of(self, item):
        """Remember the slug that ``item`` has in the database, if it is about to get another one."""
        model = type(item)
        self.of(model).filter(slug=item.slug).delete()  # an address in use leads nowhere else
        old = model.objects.filter(pk=item.pk).exclude(slug=item.slug).values_list("slug", flat=True).first()
        if old:
            content_type = ContentType.objects.get_for_model(model)
            self.update_or_create(content_type=content_type, slug=old, defaults={"object_id": item.pk})


class FormerSlug(models.Model):
    """A slug that an item once had; its address redirects to the present one."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=SLUG_LENGTH)
    object_id = models.PositiveBigIntegerField()

    objects = FormerSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [models.UniqueConstraint(name="publishing_formerslug_unique", fields=["content_type", "slug"])]

    def __str__(self):
        return self.slug


class Tombstone(models.Model):
    """What remains of a live item that was deleted, so that feeds and harvesters can say that it is gone."""

    uuid = models.UUIDField(unique=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    title = CleanCharField(_("title"), max_length=300)
    deleted_at = models.DateTimeField(_("deleted"), auto_now_add=True)

    class Meta:
        verbose_name = _("deleted item")
        verbose_name_plural = _("deleted items")
        ordering = ["-deleted_at"]

    def __str__(self):
        return self.title


class ContentVersion(models.Model):
    """One number that grows with every change of content: what caches are keyed by (``version.py``)."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return str(self.number)


class SearchEntry(models.Model):
    """The words of one item in both languages, as readers' words are compared with them (``search.py``)."""

    uuid = models.UUIDField(primary_key=True)
    words = models.TextField()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self):
        return str(self.uuid)
