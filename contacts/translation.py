from modeltranslation.translator import TranslationOptions, register

from .models import Assignment, Country, Organisation, Partnership, Person, Role, Topic


@register(Country)
class CountryTranslation(TranslationOptions):
    fields = ("name", "official_name")


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "about", "address")


@register(Partnership)
class PartnershipTranslation(TranslationOptions):
    fields = ("title", "place")


@register(Person)
class PersonTranslation(TranslationOptions):
    fields = ("honorific", "given_name", "family_name", "department", "position")


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("name",)


@register(Role)
class RoleTranslation(TranslationOptions):
    fields = ("title", "about")


@register(Assignment)
class AssignmentTranslation(TranslationOptions):
    fields = ("note",)
