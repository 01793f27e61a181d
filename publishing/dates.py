"""Dates that are known only in part: "November 2016", "2014".

Such a date is kept as a day and a precision and stands for an interval: where something begins, the first day of the
month or year is kept, where it ends, the last. So a plain comparison of two columns is right for exact and vague
dates alike: what overlaps what, what is over, what comes first.
"""

import calendar
import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .constraints import FieldCheck


class Precision(models.TextChoices):
    """How much of a date is known. The values sort from exact to vague."""

    DAY = "day", _("exact day")
    MONTH = "month", _("month and year")
    YEAR = "year", _("year only")


def first_day(day, precision):
    """The first day of the interval that ``day`` at ``precision`` stands for."""
    if precision == Precision.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == Precision.MONTH else day


def last_day(day, precision):
    """The last day of the interval that ``day`` at ``precision`` stands for."""
    if precision == Precision.YEAR:
        return datetime.date(day.year, 12, 31)
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


class PrecisionField(models.CharField):
    """The precision that stands beside a ``DateField``."""

    def __init__(self, *args, **kwargs):
        defaults = {"verbose_name": _("known to"), "max_length": 5, "choices": Precision, "default": Precision.DAY}
        super().__init__(*args, **defaults | kwargs)


def not_before(start, end):
    """A constraint: ``end`` (its last possible day) is not before ``start`` (its first)."""
    return FieldCheck(
        name=f"%(app_label)s_%(class)s_{end}_not_before_{start}",
        field=end,
        condition=models.Q(**{f"{start}__isnull": True})
        | models.Q(**{f"{end}__isnull": True})
        | models.Q(**{f"{start}__lte": models.F(end)}),
        violation_error_message=_("The end is before the beginning. Change one of the two dates."),
    )


class Term(models.Model):
    """From when until when somebody holds something, as far as it is known."""

    start = models.DateField(_("from"), null=True, blank=True, help_text=_("Empty: not recorded."))
    start_precision = PrecisionField()
    end = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: still, or not recorded."))
    end_precision = PrecisionField()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.fill_dates()
        super().save(*args, **kwargs)

    @staticmethod
    def constraints():
        """The constraints of every model with a term, for its ``Meta.constraints``."""
        return [not_before("start", "end")]

    def clean(self):
        self.fill_dates()  # first, so that another field's error does not bring one of the dates with it
        super().clean()

    def fill_dates(self):
        self.start = self.start and first_day(self.start, self.start_precision)
        self.end = self.end and last_day(self.end, self.end_precision)
