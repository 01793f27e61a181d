"""What stands on the pages of the admin that are the portal's own."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import get_language

from cami_portal.desk import desk
from cami_portal.guide import PICTURE
from cami_portal.jobs import state_of_jobs

register = template.Library()


@register.inclusion_tag("admin/desk.html", takes_context=True, name="desk")
def show_desk(context):
    request = context["request"]
    return {
        "work": desk(request),
        "may_view_events": request.user.has_perm("events.view_event"),
        "jobs": state_of_jobs() if request.user.has_perm("auth.change_user") else [],
    }


@register.simple_tag
def guide_picture(name, alt):
    """A picture of the guide in the language of its reader; ``make guide`` takes it."""
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        static(f"guide/{get_language()}/{name}.webp"), alt, PICTURE["width"], PICTURE["height"],
    )  # fmt: skip
