from modeltranslation.translator import TranslationOptions, register

from .models import ChangeNote, Page, PhotoCredit, Picture, Source


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "summary", "body")


@register(Picture)
class PictureTranslation(TranslationOptions):
    fields = ("alt", "caption")


@register(PhotoCredit)
class PhotoCreditTranslation(TranslationOptions):
    fields = ("subject",)


@register(Source)
class SourceTranslation(TranslationOptions):
    fields = ("title", "publisher", "note")


@register(ChangeNote)
class ChangeNoteTranslation(TranslationOptions):
    fields = ("text",)
