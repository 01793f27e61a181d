from modeltranslation.translator import TranslationOptions, register

from .models import Deadline, Document, Event, Participant


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "short_title", "venue", "city", "summary", "body", "participants", "outcomes")


@register(Deadline)
class DeadlineTranslation(TranslationOptions):
    fields = ("for_whom", "rule", "how")


@register(Participant)
class ParticipantTranslation(TranslationOptions):
    fields = ("capacity",)


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)
