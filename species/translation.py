from modeltranslation.translator import TranslationOptions, register

from .models import Assessment, FocalPoint, Identifier, Instrument, Listing, Membership, Range, RangeState, Species


@register(RangeState)
class RangeStateTranslation(TranslationOptions):
    fields = ("participation", "note")


@register(Species)
class SpeciesTranslation(TranslationOptions):
    fields = ("name", "other_names", "summary", "body")


@register([Assessment, Listing])
class ScopedFactTranslation(TranslationOptions):
    fields = ("scope", "note")


@register(Membership)
class MembershipTranslation(TranslationOptions):
    fields = ("decision", "note")


@register([Identifier, Range, FocalPoint])
class FactTranslation(TranslationOptions):
    fields = ("note",)


@register(Instrument)
class InstrumentTranslation(TranslationOptions):
    fields = ("title", "short_title", "summary", "body")
