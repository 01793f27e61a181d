"""Countries, organisations and partnerships; people, and the roles that they hold over time."""

import datetime
import re

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from publishing.constraints import FieldCheck
from publishing.content import Content, ContentQuerySet
from publishing.dates import PrecisionField, Term, not_before
from publishing.facts import Documented
from publishing.slugs import Addressed, page_address
from publishing.structured_data import recorded, references
from publishing.text import CleanCharField, CleanTextField

# An assignment that nobody confirmed for so long is history, not a statement about today.
CONFIRMATION_LASTS = datetime.timedelta(days=365)


def dialled(phone):
    """``phone`` as the address of a ``tel:`` link: a plus, digits, and nothing of an extension."""
    number = re.match(r"[+\d\s().\-/]*", phone).group().replace("(0)", "")
    return re.sub(r"[^+\d]", "", number)


class Country(Content):
    """A country by its ISO 3166 code, named as the United Nations name it."""

    natural_key_fields = ("code",)

    code = models.CharField(_("ISO code"), max_length=2, unique=True, help_text=_("Two capital letters, such as KZ."))
    name = CleanCharField(_("short name"), max_length=100)
    official_name = CleanCharField(_("official name"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name"]
        constraints = [
            FieldCheck(
                name="contacts_country_code_is_iso",
                field="code",
                condition=Q(code__regex=r"^[A-Z]{2}$"),
                violation_error_message=_("Write the two capital letters of ISO 3166, such as KZ."),
            )
        ]

    def __str__(self):
        return self.name or self.code

    def search_names(self):
        """Its names, also without what stands in brackets: "Iran"."""
        names = [self.name_en, self.name_ru, self.official_name_en, self.official_name_ru]
        return [form for name in names if name for form in (name, name.partition(" (")[0])]

    def search_items(self):
        return [self, *([self.range_state] if hasattr(self, "range_state") else [])]


class Organisation(Documented, Addressed):
    class Kind(models.TextChoices):
        SECRETARIAT = "secretariat", _("secretariat")
        GOVERNMENT = "government", _("government")
        INTERGOVERNMENTAL = "intergovernmental", _("intergovernmental organisation")
        NGO = "ngo", _("non-governmental organisation")
        RESEARCH = "research", _("research institution")
        MEDIA = "media", _("media")

    SCHEMA_TYPES = {
        Kind.GOVERNMENT: "GovernmentOrganization",
        Kind.NGO: "NGO",
        Kind.RESEARCH: "ResearchOrganization",
        Kind.MEDIA: "NewsMediaOrganization",
    }

    title_field = "name"
    search_fields = (("name", "acronym"), ("about",), ())

    name = CleanCharField(_("name"), max_length=250)
    acronym = CleanCharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    about = CleanTextField(_("about"), blank=True, help_text=_("What it is and does, in a few sentences."))
    part_of = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    country = models.ForeignKey(
        Country,
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    address = CleanTextField(_("postal address"), blank=True)
    phones = CleanTextField(_("telephones"), blank=True, help_text=_("One a line, as dialled from abroad: +49 228 …"))
    fax = CleanCharField(_("fax"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "slug"]
        constraints = [
            FieldCheck(
                name="contacts_organisation_not_part_of_itself",
                field="part_of",
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("pk")),
                violation_error_message=_("An organisation cannot be part of itself."),
            )
        ]

    def get_absolute_url(self):
        return page_address("contacts:organisation", self.slug)

    def search_names(self):
        return list(filter(None, [self.name_en, self.name_ru, self.acronym]))

    @classmethod
    def search_links(cls):
        in_range_states = cls.objects.filter(country__range_state__isnull=False)
        return {"state": (in_range_states, "pk", "country__code")}

    @property
    def schema_type(self):
        return self.SCHEMA_TYPES.get(self.kind, "Organization")

    def structured_data(self, absolute, shown):
        return self.reference(absolute) | recorded(
            alternateName=self.acronym,
            description=self.about,
            sameAs=self.website,
            address=self.postal_address,
            telephone=[phone for phone, _dialled in self.phone_list],
            faxNumber=self.fax,
            email=self.email,
            parentOrganization=self.part_of and self.part_of.reference(absolute),
            subOrganization=references(self.parts.all(), absolute),
        )

    @property
    def postal_address(self):
        """For machines. All lines stand as the street: what is a town or a code among them, nobody recorded."""
        place = recorded(
            streetAddress=", ".join(self.address.splitlines()), addressCountry=self.country and self.country.code
        )
        return place and {"@type": "PostalAddress"} | place

    @property
    def is_reachable(self):
        return any([self.address, self.phones, self.fax, self.email, self.website])

    @property
    def phone_list(self):
        """``[(as written, as dialled), …]``"""
        return [(phone.strip(), dialled(phone)) for phone in self.phones.splitlines() if phone.strip()]


class Partnership(Documented, Content):
    """What an organisation signed with CMS."""

    natural_key_fields = ("organisation__slug", "number")

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="partnerships"
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    title = CleanCharField(_("what was signed"), max_length=200)
    signed = models.DateField(_("signed on"), null=True, blank=True, help_text=_("Empty: not recorded."))
    signed_precision = PrecisionField()
    place = CleanCharField(_("where"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("partnership with CMS")
        verbose_name_plural = _("partnerships with CMS")
        ordering = ["organisation", "number"]
        constraints = [
            models.UniqueConstraint(
                name="contacts_partnership_numbered",
                fields=["organisation", "number"],
                violation_error_message=_("This organisation has a partnership of that number already."),
            )
        ]

    def __str__(self):
        return self.title


class Person(Documented, Content):
    """Somebody who appears in roles, meetings or news. A person has no public page and no public address.

    The address at which somebody is reached in a role of the Secretariat stands with that assignment; everything
    else is ``PrivateContact``. So no page, feed or export of people can give an expert's address away.
    """

    slug = models.SlugField(
        _("key"), max_length=80, unique=True, help_text=_("Family and given name: protas-yelizaveta.")
    )
    honorific = CleanCharField(_("form of address"), max_length=30, blank=True)
    given_name = CleanCharField(_("given name"), max_length=80, blank=True)
    family_name = CleanCharField(_("family name"), max_length=80)
    family_name_first = models.BooleanField(
        _("family name first"), default=False, help_text=_("Where the name is written so, as in Zhou Jinfeng.")
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
    )
    other_organisations = models.ManyToManyField(
        Organisation, verbose_name=_("other organisations"), blank=True, related_name="other_people"
    )
    department = CleanCharField(_("department"), max_length=150, blank=True)
    position = CleanCharField(_("position"), max_length=200, blank=True)
    born = models.DateField(_("born"), null=True, blank=True)
    born_precision = PrecisionField()
    died = models.DateField(_("died"), null=True, blank=True)
    died_precision = PrecisionField()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["family_name", "given_name"]
        constraints = [not_before("born", "died")]

    def __str__(self):
        names = [self.given_name, self.family_name]
        return " ".join(filter(None, reversed(names) if self.family_name_first else names)) or self.slug


class PrivateContact(models.Model):
    """How a person can be reached: for the Secretariat's eyes only, under a permission of its own."""

    person = models.OneToOneField(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="private_contact"
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    address = models.TextField(_("address"), blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("private contact")
        verbose_name_plural = _("private contacts")
        ordering = ["person"]

    def __str__(self):
        return str(self.person)


class Topic(Content):
    """Something that people ask about."""

    slug = models.SlugField(_("key"), max_length=80, unique=True)
    name = CleanCharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "slug"]

    def __str__(self):
        return self.name or self.slug


class Role(Addressed):
    """A function that somebody holds from a date until a date, such as "CAMI focal point"."""

    class Kind(models.TextChoices):
        SECRETARIAT = "secretariat", _("Secretariat staff")
        NATIONAL_FOCAL_POINT = "national-focal-point", _("CMS National Focal Point")
        MOU_FOCAL_POINT = "mou-focal-point", _("MOU focal point")
        SCIENTIFIC_COUNCIL = "scientific-council", _("CMS Scientific Council")

    schema_type = "ContactPoint"
    reserved_slugs = r"organisations|ask|report"
    search_fields = (("title",), ("about",), ())

    title = CleanCharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind, default=Kind.SECRETARIAT)
    about = CleanTextField(_("what to ask"), blank=True, help_text=_("The questions that this role answers."))
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="roles"
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="roles")
    mailbox = models.EmailField(
        _("mailbox"),
        blank=True,
        help_text=_("An address that stays the same whoever holds the role. Shown to visitors."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["order", "slug"]

    def get_absolute_url(self):
        return page_address("contacts:role", self.slug)

    def structured_data(self, absolute, shown):
        """The organisation, and how it is reached about this; whoever holds the role is not told."""
        point = self.reference(absolute) | recorded(
            description=self.about,
            contactType=self.get_kind_display(),
            email=self.email,
            telephone=[phone for phone, _dialled in self.organisation.phone_list],
        )
        return self.organisation.reference(absolute) | {"contactPoint": point}

    # These read ``assignments.all()``, which pages fetch in advance: the latest comes first.

    @property
    def in_charge(self):
        """The assignments by which the page may say who is in charge today, or that nobody is."""
        return [assignment for assignment in self.assignments.all() if assignment.is_current]

    @property
    def following(self):
        """The assignments that are known to begin later, the next one first."""
        return [assignment for assignment in reversed(self.assignments.all()) if assignment.is_ahead]

    @property
    def former(self):
        """Everything else: what was once recorded, and says nothing of today."""
        return [one for one in self.assignments.all() if not one.is_current and not one.is_ahead]

    @property
    def last_recorded(self):
        """What was recorded last, where the list may say so: it is no place for those who have gone elsewhere."""
        if self.kind == self.Kind.SECRETARIAT and not self.in_charge:
            return next(iter(self.former), None)
        return None

    @property
    def email(self):
        return self.mailbox or self.organisation.email


class AssignmentQuerySet(ContentQuerySet):
    def current(self, today=None):
        """Assignments that have begun and not ended, confirmed within the last twelve months."""
        today = today or timezone.localdate()
        return (
            self.filter(Q(start__isnull=True) | Q(start__lte=today))
            .filter(Q(end__isnull=True) | Q(end__gte=today))
            .filter(confirmed__gt=today - CONFIRMATION_LASTS)
        )


class Assignment(Documented, Term, Content):
    """Who holds a role, from when until when. No person means "not yet named" or vacant."""

    natural_key_fields = ("role__slug", "number")

    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="assignments")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    person = models.ForeignKey(
        Person,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
        help_text=_("Empty: not yet named."),
    )
    acting = models.BooleanField(_("acting or temporary"), default=False)
    confirmed = models.DateField(
        _("last confirmed on"),
        null=True,
        blank=True,
        help_text=_(
            "The day on which somebody last made sure that this is still right. After twelve months without it the "
            "page says “last recorded” and no longer names this person as in charge."
        ),
    )
    email = models.EmailField(
        _("public e-mail in this role"), blank=True, help_text=_("Shown to visitors. Secretariat staff only.")
    )
    phone = models.CharField(
        _("public telephone in this role"), max_length=40, blank=True, help_text=_("Shown to visitors.")
    )
    note = CleanCharField(_("note"), max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["role", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="contacts_assignment_numbered",
                fields=["role", "number"],
                violation_error_message=_("This role has an assignment of that number already."),
            ),
            *Term.constraints(),
        ]

    def __str__(self):
        return f"{self.role}: {self.person or _('not yet named')}"

    @property
    def is_confirmed(self):
        """Whether somebody made sure of it within the last twelve months."""
        return bool(self.confirmed and self.confirmed > timezone.localdate() - CONFIRMATION_LASTS)

    @property
    def is_current(self):
        """Whether the page may say that this person is in charge today."""
        today = timezone.localdate()
        begun = self.start is None or self.start <= today
        return self.is_confirmed and begun and (self.end is None or self.end >= today)

    @property
    def is_ahead(self):
        return self.is_confirmed and self.start is not None and self.start > timezone.localdate()

    @property
    def phone_dialled(self):
        return dialled(self.phone)


class OrganisationPart(Content):
    """The part that an organisation has in a meeting or a piece of news: the models add ``organisation``."""

    class Part(models.TextChoices):
        ORGANISER = "organiser", _("organiser")
        CO_ORGANISER = "co-organiser", _("co-organiser")
        HOST = "host", _("host")
        FUNDER = "funder", _("funder")
        SUPPORTER = "supporter", _("supporter")
        PARTICIPANT = "participant", _("participant")
        DELEGATION = "delegation", _("delegation")
        GRANTEE = "grantee", _("grantee")
        DONOR = "donor", _("donor")
        SUBJECT = "subject", pgettext_lazy("part of an organisation", "subject")

    part = models.CharField(_("part"), max_length=12, choices=Part)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.organisation} ({self.get_part_display()})"
