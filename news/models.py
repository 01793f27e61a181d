"""Articles: news, press releases, announcements, obituaries, items in the press and projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation, OrganisationPart, Person
from events.models import Event
from publishing.checklist import Gap
from publishing.dates import PrecisionField, first_day
from publishing.models import Picture
from publishing.slugs import page_address
from publishing.states import Publishable
from publishing.structured_data import language_of, portal, recorded, references
from publishing.text import CleanCharField, CleanTextField, RichTextField
from publishing.wording import machine_date
from species.models import Instrument, RangeState, Species, species_and_states


class Article(Publishable):
    """A piece of news. ``date`` is the news's own day; ``published_at`` only decides whether it is to be seen."""

    class Kind(models.TextChoices):
        NEWS = "news", _("news")
        PRESS_RELEASE = "press-release", _("press release")
        NOTIFICATION = "notification", _("notification")
        ANNOUNCEMENT = "announcement", _("announcement")
        PROJECT = "project", _("project")
        IN_THE_PRESS = "in-the-press", _("in the press")
        IN_MEMORIAM = "in-memoriam", _("in memoriam")

    # What is published here as news: no project, and nothing that was written elsewhere.
    NEWS = [Kind.NEWS, Kind.PRESS_RELEASE, Kind.NOTIFICATION, Kind.ANNOUNCEMENT, Kind.IN_MEMORIAM]

    reserved_slugs = r"newsletter|\d+"
    search_day_field = "date"

    title = CleanCharField(_("title"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.NEWS)
    date = models.DateField(_("date"), help_text=_("The day of the news itself. Lists are sorted by it."))
    date_precision = PrecisionField()
    summary = CleanTextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown in lists and below the title.")
    )
    body = RichTextField(_("text"), blank=True)
    link = models.URLField(_("link to the original"), max_length=500, blank=True)
    publisher = CleanCharField(_("publisher of the original"), max_length=150, blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    people = models.ManyToManyField(Person, verbose_name=_("people"), blank=True, related_name="articles")
    species = models.ManyToManyField(Species, verbose_name=_("species"), blank=True, related_name="articles")
    states = models.ManyToManyField(RangeState, verbose_name=_("Range States"), blank=True, related_name="articles")
    events = models.ManyToManyField(Event, verbose_name=_("events"), blank=True, related_name="articles")
    instruments = models.ManyToManyField(Instrument, verbose_name=_("instruments"), blank=True, related_name="articles")

    organisations = models.ManyToManyField(Organisation, through="Part", related_name="articles")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-date", "date_precision", "-pk"]
        # With what tells whether an article is live, and its kind: lists are counted and walked along without its text.
        indexes = [
            *Publishable.indexes(),
            models.Index(
                fields=["-date", "date_precision", "-id", "published_at", "withdrawn_at", "expires_at", "kind"],
                name="news_article_by_date",
            ),
            models.Index(
                fields=["kind", "-date", "date_precision", "-id", "published_at", "withdrawn_at", "expires_at"],
                name="news_article_by_kind",
            ),
        ]
        constraints = Publishable.constraints()

    def get_absolute_url(self):
        return page_address("news:detail", self.slug)

    @property
    def schema_type(self):
        return "NewsArticle" if self.kind in self.NEWS else "Article"

    def structured_data(self, absolute, shown):
        return self.reference(absolute) | recorded(
            headline=str(self),
            description=self.summary,
            datePublished=machine_date(self.date, self.date_precision),
            dateModified=self.changed.isoformat(timespec="seconds"),
            inLanguage=language_of(self),
            articleSection=self.get_kind_display(),
            publisher=portal(absolute),
            isBasedOn=self.original,
            image=self.picture and self.picture.structured_data(absolute),
            about=references(shown.get("species"), absolute),
            spatialCoverage=references(shown.get("states"), absolute),
            mentions=references([part.organisation for part in shown.get("parts", ())], absolute),
        )

    @property
    def original(self):
        """For machines: what was published elsewhere, of which this tells."""
        publisher = self.publisher and {"@type": "Organization", "name": self.publisher}
        return self.link and {"@type": "CreativeWork", "url": self.link} | recorded(publisher=publisher)

    def search_facets(self):
        return {"year": {self.search_day.year}}

    @classmethod
    def search_links(cls):
        return species_and_states(cls, "article")

    def gaps(self):
        yield from super().gaps()
        if self.kind == self.Kind.IN_THE_PRESS:
            if not self.link:
                yield Gap("link", _("The link to the original is missing."))
            if not self.publisher_en and not self.publisher_ru:
                yield Gap("publisher_en", _("The publisher of the original is missing."))

    @property
    def day(self):
        """Its place on a timeline, where it stands among events."""
        return self.date

    def clean(self):
        self.fill_dates()
        super().clean()

    def save(self, *args, **kwargs):
        self.fill_dates()
        super().save(*args, **kwargs)

    def fill_dates(self):
        self.date = self.date and first_day(self.date, self.date_precision)


class Part(OrganisationPart):
    natural_key_fields = ("article__slug", "organisation__slug", "part")

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="organisation_parts"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="article_parts"
    )

    class Meta:
        verbose_name = _("organisation concerned")
        verbose_name_plural = _("organisations concerned")
        ordering = ["article", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="news_part_once",
                fields=["article", "organisation", "part"],
                violation_error_message=_("This organisation has that part already."),
            )
        ]
