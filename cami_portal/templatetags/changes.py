"""In which section of the portal an item stands."""

from django import template

from ..changes import SECTIONS, section_of

register = template.Library()


@register.filter
def section(item):
    return SECTIONS[section_of(item)][1]
