"""Filters of a list by the days on which something happened: since one, until another."""

import datetime

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DayField(forms.CharField):
    """One day as computers write it, ``2026-11-12``; browsers show and take it as the reader's country does."""

    widget = forms.DateInput
    default_error_messages = {"invalid": _("“%(value)s” is not a day from 1900 to 2100, written like 2026-11-12.")}

    @staticmethod
    def day_of(value):
        """``None`` for what is no day."""
        try:
            day = datetime.date.fromisoformat(value or "")
        except ValueError:
            return None
        return day if day.isoformat() == value and 1900 <= day.year <= 2100 else None

    def to_python(self, value):
        value = super().to_python(value)
        day = self.day_of(value)
        if value and not day:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value[:50]})
        return day


class DayFilter(django_filters.Filter):
    """What happened, by the instant ``field_name``, from a day on, or until a day and on it."""

    field_class = DayField

    def __init__(self, *, until=False, **kwargs):
        self.until = until
        super().__init__(**kwargs)

    def filter(self, queryset, day):
        if not day:
            return queryset
        first = day + datetime.timedelta(days=1) if self.until else day
        midnight = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
        return queryset.filter(**{f"{self.field_name}__{'lt' if self.until else 'gte'}": midnight})


class PeriodForm(forms.Form):
    """The form of a list that is filtered by ``since`` and ``until``, both ``DayFilter``."""

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The end is before the beginning. Change one of the two dates."))
        return super().clean()
