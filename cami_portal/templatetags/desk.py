from django import template

from cami_portal.desk import desk

register = template.Library()


@register.inclusion_tag("admin/desk.html", takes_context=True, name="desk")
def show_desk(context):
    return {"work": desk(context["request"])}
