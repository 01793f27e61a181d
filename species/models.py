"""The mammals of CAMI: what is known of them, where they live, which instruments protect them, whom to ask."""

import re

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.models import Country, Person
from publishing.checklist import Gap
from publishing.constraints import FieldCheck
from publishing.content import ContentQuerySet, Identified
from publishing.dates import PrecisionField, Term
from publishing.facts import SourcedFact
from publishing.models import Picture
from publishing.slugs import page_address
from publishing.states import Publishable, PublishableQuerySet
from publishing.structured_data import recorded, references
from publishing.text import CleanCharField, CleanTextField, RichTextField
from publishing.wording import machine_date

FOUNDING_COP = "COP11"


TILES_ACROSS = 12  # of the tile map, both ways: a slip of the hand must not shrink it to a dot


class RangeStateQuerySet(ContentQuerySet):
    def counted(self):
        """With ``species_count``: how many species are known or thought to live there."""
        living = Range.objects.published().living()
        return self.annotate(species_count=models.Count("ranges", filter=Q(ranges__in=living)))


class RangeState(Identified, SourcedFact):
    """A country in which CAMI's species live, and its standing towards CMS (the sourced fact)."""

    class Status(models.TextChoices):
        PARTY = "party", _("Party to CMS")
        NON_PARTY = "non-party", _("not a Party to CMS")
        NOT_RECORDED = "not-recorded", _("not recorded")

    schema_type = "Country"
    natural_key_fields = ("country__code",)
    search_fields = (("country__name", "country__official_name"), ("participation",), ())

    country = models.OneToOneField(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="range_state"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NOT_RECORDED)
    party_since = models.DateField(_("Party since"), null=True, blank=True, help_text=_("Empty: not recorded."))
    party_since_precision = PrecisionField()
    participation = CleanTextField(_("participation in CAMI"), blank=True)
    tile_column = models.PositiveSmallIntegerField(_("column on the tile map"))
    tile_row = models.PositiveSmallIntegerField(_("row on the tile map"))

    objects = RangeStateQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("inside a sentence", "Range State")
        verbose_name_plural = pgettext_lazy("inside a sentence", "Range States")
        ordering = ["country__name", "country__code"]
        constraints = [
            models.UniqueConstraint(
                name="species_rangestate_one_tile_each",
                fields=["tile_column", "tile_row"],
                violation_error_message=_("Another Range State has this place on the tile map."),
            ),
            FieldCheck(
                name="species_rangestate_since_only_for_parties",
                field="party_since",
                condition=Q(party_since__isnull=True) | Q(status="party"),
                violation_error_message=_("Only a Party has a date since which it is one."),
            ),
            *(
                FieldCheck(
                    name=f"species_rangestate_{field}_on_the_map",
                    field=field,
                    condition=Q(**{f"{field}__range": (1, TILES_ACROSS)}),
                    violation_error_message=_(
                        "The tile map is twelve tiles wide and high: write a number from 1 to 12."
                    ),
                )
                for field in ["tile_column", "tile_row"]
            ),
        ]

    def __str__(self):
        return str(self.country)

    def get_absolute_url(self):
        return reverse("species:state", args=[self.country.code.lower()])

    def structured_data(self, absolute, shown):
        code = {"@type": "PropertyValue", "propertyID": "ISO 3166-1", "value": self.country.code}
        return self.reference(absolute) | recorded(alternateName=self.country.official_name, identifier=code)

    def search_facets(self):
        return {"state": {self.country.code}}

    def search_items(self):
        return [self, *self.country.organisations.all()]


class Group(models.TextChoices):
    """The groups that readers know the species by; each is met as one of four tracks."""

    ANTELOPES = "antelopes", _("antelopes and gazelles")
    SHEEP = "sheep", _("wild sheep")
    DEER = "deer", _("deer")
    CATTLE = "cattle", _("wild cattle")
    EQUIDS = "equids", _("horses and asses")
    CAMELS = "camels", _("camels")
    CATS = "cats", _("cats")
    BEARS = "bears", _("bears")


TRACKS = {Group.EQUIDS: "hoof", Group.CAMELS: "pad", Group.CATS: "paw", Group.BEARS: "paw"}


class RedList(models.TextChoices):
    """The categories of the IUCN Red List."""

    EX = "EX", _("Extinct")
    EW = "EW", _("Extinct in the Wild")
    CR = "CR", _("Critically Endangered")
    EN = "EN", _("Endangered")
    VU = "VU", _("Vulnerable")
    NT = "NT", _("Near Threatened")
    LC = "LC", _("Least Concern")
    DD = "DD", _("Data Deficient")
    NE = "NE", _("Not Evaluated")


def taxon(rank, name):
    return {"@type": "Taxon", "name": name, "taxonRank": rank} if name else {}


class SpeciesQuerySet(PublishableQuerySet):
    def founding(self):
        """The species with which CAMI began at COP11: "the fifteen"."""
        return self.filter(memberships__since_cop=FOUNDING_COP)


class Species(Publishable):
    class Habitat(models.TextChoices):
        STEPPE = "steppe", _("steppe")
        DESERT = "desert", _("desert")
        PLATEAU = "plateau", _("high plateau")
        MOUNTAIN = "mountain", _("mountains")
        RIVERINE = "riverine", _("riverine forest")

    schema_type = "Taxon"
    title_field = "name"
    reserved_slugs = r"range|states|instruments"
    search_fields = (("name", "other_names", "scientific_name"), ("summary",), ("family", "order", "body"))

    name = CleanCharField(_("name"), max_length=120, blank=True)
    other_names = CleanCharField(
        _("other names"),
        max_length=250,
        blank=True,
        help_text=_("Further names that people search for, with commas: kulan, onager."),
    )
    scientific_name = CleanCharField(_("scientific name"), max_length=120, unique=True)
    family = CleanCharField(_("family"), max_length=60, blank=True)
    order = CleanCharField(pgettext_lazy("taxonomy", "order"), max_length=60, blank=True)
    group = models.CharField(_("group"), max_length=10, choices=Group)
    habitat = models.CharField(
        _("habitat"), max_length=10, choices=Habitat, help_text=_("Decides the landscape drawn on its page.")
    )
    summary = CleanTextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown in lists and below the name.")
    )
    body = RichTextField(_("text"), blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    range_states = models.ManyToManyField(RangeState, through="Range", related_name="species")

    objects = SpeciesQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "species")
        verbose_name_plural = _("species")
        ordering = ["name", "slug"]
        constraints = Publishable.constraints("name")

    def get_absolute_url(self):
        return page_address("species:detail", self.slug)

    @property
    def taxon_rank(self):
        """``"species"`` or ``"subspecies"``, as the scientific name says; ``""`` for any other name."""
        words = re.fullmatch(r"[A-Z][a-z-]+ [a-z-]+( [a-z-]+)?", self.scientific_name)
        return words and ("subspecies" if words[1] else "species")

    def reference(self, absolute):
        """To machines the name of a taxon is the scientific one; what people call it comes beside it."""
        return super().reference(absolute) | {"name": self.scientific_name, "alternateName": str(self)}

    @property
    def names(self):
        """For machines: what people call it, each name with its language."""
        names = []
        for code, _language in settings.LANGUAGES:
            others = (getattr(self, f"other_names_{code}") or "").split(",")
            known = [name.strip() for name in [getattr(self, f"name_{code}") or "", *others]]
            names += [{"@language": code, "@value": name} for name in known if name]
        return names

    def structured_data(self, absolute, shown):
        # Those that are this very taxon's: where the number is of a wider one, the note says so, in words.
        known = [one for one in self.identifiers.all() if one.verified and not one.note]
        order = taxon("order", self.order)
        return self.reference(absolute) | recorded(
            alternateName=self.names,
            description=self.summary,
            taxonRank=self.taxon_rank,
            parentTaxon=(taxon("family", self.family) | recorded(parentTaxon=order)) if self.family else order,
            identifier=[identifier.structured_data() for identifier in known],
            sameAs=[identifier.url for identifier in known],
            image=self.picture and self.picture.structured_data(absolute),
        )

    def search_names(self):
        other = f"{self.other_names_en or ''},{self.other_names_ru or ''}".split(",")
        return list(filter(None, [self.name_en, self.name_ru, self.scientific_name, *other]))

    def search_facets(self):
        return {"species": {self.pk}}

    @classmethod
    def search_links(cls):
        return {"state": (Range.objects.living(), "species", "state__country__code")}

    def gaps(self):
        yield from super().gaps()
        if not self.pk or not self.focalpoints.current().exclude(person=None).exists():
            yield Gap("focalpoints", _("No Species Focal Point is named."))

    @property
    def track(self):
        """The name of its track mark: cloven, hoof, pad or paw."""
        return TRACKS.get(self.group, "cloven")


class SpeciesFact(SourcedFact):
    """A numbered fact about a species."""

    natural_key_fields = ("species__slug", "number")

    species = models.ForeignKey(Species, verbose_name=_("species"), on_delete=models.CASCADE, related_name="%(class)ss")
    number = models.PositiveSmallIntegerField(_("number"), default=1)

    class Meta:
        abstract = True
        ordering = ["species", "number"]

    @staticmethod
    def constraints():
        return [
            models.UniqueConstraint(
                name="%(app_label)s_%(class)s_numbered",
                fields=["species", "number"],
                violation_error_message=_("This species has an entry of that number already."),
            )
        ]


class Assessment(SpeciesFact):
    """A Red List assessment; ``year`` is the year of the assessment."""

    category = models.CharField(_("Red List category"), max_length=2, choices=RedList)
    current = models.BooleanField(
        _("in force"), default=False, help_text=_("The latest one. Only one assessment of a species is.")
    )
    scope = CleanCharField(
        _("scope"),
        max_length=200,
        blank=True,
        help_text=_("Empty: this very taxon. Else what was assessed: “the species Ursus arctos”."),
    )

    class Meta(SpeciesFact.Meta):
        abstract = False
        verbose_name = _("Red List assessment")
        verbose_name_plural = _("Red List assessments")
        constraints = [
            *SpeciesFact.constraints(),
            models.UniqueConstraint(
                name="species_assessment_one_current",
                fields=["species"],
                condition=Q(current=True),
                violation_error_message=_("Only one assessment of a species can be in force."),
            ),
        ]

    def __str__(self):
        return f"{self.category} ({self.year})" if self.year else self.category


class Listing(SpeciesFact):
    """Where a species stands in the Appendices of CMS; ``year`` is the year of the decision."""

    class Appendix(models.TextChoices):
        I = "I", _("Appendix I")  # noqa: E741 - the Appendix is called so
        II = "II", _("Appendix II")
        LISTED = "listed", _("listed, Appendix not recorded")
        NONE = "none", _("not listed")
        NOT_RECORDED = "not-recorded", _("not recorded")

    appendix = models.CharField(_("Appendix"), max_length=12, choices=Appendix)
    cop = CleanCharField(
        _("decided by"), max_length=30, blank=True, help_text=_("The Conference of the Parties: COP12.")
    )
    until = models.PositiveSmallIntegerField(_("until"), null=True, blank=True, help_text=_("Empty: still in force."))
    scope = CleanCharField(_("scope"), max_length=200, blank=True, help_text=_("Empty: this very taxon."))

    class Meta(SpeciesFact.Meta):
        abstract = False
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            *SpeciesFact.constraints(),
            FieldCheck(
                name="species_listing_until_not_before_year",
                field="until",
                condition=Q(until__isnull=True) | Q(year__isnull=True) | Q(year__lte=models.F("until")),
                violation_error_message=_("The end is before the beginning. Change one of the two years."),
            ),
        ]

    def __str__(self):
        return self.get_appendix_display()


class Membership(SpeciesFact):
    """That a species belongs to CAMI; ``year`` is the year since which, if recorded."""

    class Status(models.TextChoices):
        CURRENT = "current", _("current")
        FORMER = "former", _("former")
        UNRESOLVED = "unresolved", _("unresolved")

    status = models.CharField(_("status"), max_length=10, choices=Status)
    since_cop = CleanCharField(
        _("decided by"), max_length=30, blank=True, help_text=_("COP11 for the fifteen of 2014.")
    )
    until = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)
    decision = CleanCharField(_("decision"), max_length=250, blank=True)

    class Meta(SpeciesFact.Meta):
        abstract = False
        verbose_name = _("membership of CAMI")
        verbose_name_plural = _("memberships of CAMI")
        constraints = [
            *SpeciesFact.constraints(),
            FieldCheck(
                name="species_membership_until_not_before_year",
                field="until",
                condition=Q(until__isnull=True) | Q(year__isnull=True) | Q(year__lte=models.F("until")),
                violation_error_message=_("The end is before the beginning. Change one of the two years."),
            ),
            FieldCheck(
                name="species_membership_current_has_no_end",
                field="status",
                condition=~Q(status="current") | Q(until__isnull=True),
                violation_error_message=_("A current membership has no end. Empty “until” or choose “former”."),
            ),
        ]

    def __str__(self):
        return f"{self.species}: {self.get_status_display()}"


class Identifier(SpeciesFact):
    """The number under which a database knows a species."""

    class Scheme(models.TextChoices):
        GBIF = "gbif", "GBIF"
        IUCN = "iucn", _("IUCN Red List")
        WIKIDATA = "wikidata", "Wikidata"

    ADDRESSES = {
        "gbif": "https://www.gbif.org/species/{}",
        "iucn": "https://www.iucnredlist.org/details/{}/0",
        "wikidata": "https://www.wikidata.org/wiki/{}",
    }

    natural_key_fields = ("species__slug", "scheme")

    number = None
    scheme = models.CharField(_("database"), max_length=10, choices=Scheme)
    value = CleanCharField(_("identifier"), max_length=40)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["species", "scheme"]
        constraints = [
            models.UniqueConstraint(
                name="species_identifier_one_per_scheme",
                fields=["species", "scheme"],
                violation_error_message=_("This species has an identifier of that database already."),
            )
        ]

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"

    @property
    def url(self):
        return self.ADDRESSES[self.scheme].format(self.value)

    def structured_data(self):
        return {"@type": "PropertyValue", "propertyID": self.scheme, "value": self.value, "url": self.url}


class RangeQuerySet(ContentQuerySet):
    def published(self):
        return self.filter(species__in=Species.objects.published())

    def living(self):
        """Where the species is known or thought to live today."""
        return self.exclude(presence=Range.Presence.EXTINCT)


class Range(SourcedFact):
    """Whether a species lives in a Range State; ``year`` is the year of the record."""

    class Presence(models.TextChoices):
        RESIDENT = "resident", _("resident")
        REINTRODUCED = "reintroduced", _("reintroduced")
        EXTINCT = "extinct", _("extinct here")
        UNCERTAIN = "uncertain", _("uncertain")
        VAGRANT = "vagrant", _("vagrant")

    LETTERS = {
        Presence.RESIDENT: pgettext_lazy("letter for resident", "R"),
        Presence.REINTRODUCED: pgettext_lazy("letter for reintroduced", "I"),
        Presence.EXTINCT: pgettext_lazy("letter for extinct here", "E"),
        Presence.UNCERTAIN: pgettext_lazy("letter for uncertain", "?"),
        Presence.VAGRANT: pgettext_lazy("letter for vagrant", "V"),
    }

    natural_key_fields = ("species__slug", "state__country__code")

    species = models.ForeignKey(Species, verbose_name=_("species"), on_delete=models.CASCADE, related_name="ranges")
    state = models.ForeignKey(
        RangeState, verbose_name=_("Range State"), on_delete=models.PROTECT, related_name="ranges"
    )
    presence = models.CharField(_("presence"), max_length=12, choices=Presence)

    objects = RangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("range")
        verbose_name_plural = _("ranges")
        ordering = ["species", "state"]
        constraints = [
            models.UniqueConstraint(
                name="species_range_once_per_state",
                fields=["species", "state"],
                violation_error_message=_("This Range State is entered for the species already."),
            )
        ]

    def __str__(self):
        return f"{self.species}, {self.state}: {self.get_presence_display()}"

    @property
    def letter(self):
        """The presence as one letter, for the matrix and the tile map, whose legends give the word."""
        return self.LETTERS[self.presence]

    def search_items(self):
        return [self.species]

    @property
    def is_living(self):
        """Whether the species is known or thought to live there today; ``living()`` asks the same of many."""
        return self.presence != self.Presence.EXTINCT

    @property
    def in_words(self):
        """The presence and, if nobody checked it, that it is unverified."""
        words = self.get_presence_display()
        return words if self.verified else _("%(presence)s, unverified") % {"presence": words}


class Instrument(Publishable):
    """A memorandum, plan, programme or guideline that governments agreed."""

    schema_type = "Legislation"

    class Kind(models.TextChoices):
        CONVENTION = "convention", _("convention")
        MOU = "mou", _("memorandum of understanding")
        ACTION_PLAN = "action-plan", _("action plan")
        PROGRAMME = "programme", _("programme of work")
        GUIDELINES = "guidelines", _("guidelines")
        RESOLUTION = "resolution", _("resolution")

    search_fields = (("title", "short_title"), ("summary",), ("body",))
    search_day_field = "adopted"

    title = CleanCharField(_("title"), max_length=300, blank=True)
    short_title = CleanCharField(_("short title"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    adopted = models.DateField(_("adopted"), null=True, blank=True, help_text=_("Empty: not recorded."))
    adopted_precision = PrecisionField()
    link = models.URLField(_("link"), max_length=500, blank=True)
    summary = CleanTextField(_("summary"), blank=True)
    body = RichTextField(_("text"), blank=True)
    species = models.ManyToManyField(Species, verbose_name=_("species"), blank=True, related_name="instruments")
    states = models.ManyToManyField(RangeState, verbose_name=_("Range States"), blank=True, related_name="instruments")

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = [models.F("adopted").desc(nulls_last=True), "slug"]
        constraints = Publishable.constraints()

    def get_absolute_url(self):
        return page_address("species:instrument", self.slug)

    def structured_data(self, absolute, shown):
        """A document of law "enforceable or not", which memoranda, plans and guidelines are too."""
        return self.reference(absolute) | recorded(
            alternateName=self.short_title,
            description=self.summary,
            legislationType=self.get_kind_display(),
            legislationDate=self.adopted and machine_date(self.adopted, self.adopted_precision),
            sameAs=self.link,
            about=references(shown.get("species"), absolute),
            spatialCoverage=references(shown.get("states"), absolute),
        )

    def search_facets(self):
        return {"year": {self.search_day.year} if self.adopted else ()}

    @classmethod
    def search_links(cls):
        return species_and_states(cls, "instrument")


def species_and_states(model, name):
    """``search_links`` of ``model``, whose many-to-many tables call it ``name``."""
    return {
        "species": (model.species.through.objects.all(), name, "species"),
        "state": (model.states.through.objects.all(), name, "rangestate__country__code"),
    }


class FocalPointQuerySet(ContentQuerySet):
    def current(self, today=None):
        today = today or timezone.localdate()
        begun = Q(start__isnull=True) | Q(start__lte=today)
        return self.filter(begun, Q(end__isnull=True) | Q(end__gte=today))


class FocalPoint(Term, SpeciesFact):
    """The expert who is Species Focal Point. Reached through the Secretariat only."""

    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="focal_points",
        help_text=_("Empty: assigned, but the name is not recorded."),
    )
    name_public = models.BooleanField(
        _("the name may be shown"),
        default=False,
        help_text=_("Tick it only with the expert’s consent. Addresses are never shown."),
    )
    objects = FocalPointQuerySet.as_manager()

    class Meta(SpeciesFact.Meta):
        abstract = False
        verbose_name = pgettext_lazy("inside a sentence", "Species Focal Point")
        verbose_name_plural = pgettext_lazy("inside a sentence", "Species Focal Points")
        constraints = [*SpeciesFact.constraints(), *Term.constraints()]

    def __str__(self):
        return f"{self.species} ({self.number})"

    @property
    def public_name(self):
        """The expert's name where it may be shown, else ``""``."""
        return str(self.person) if self.person and self.name_public else ""
