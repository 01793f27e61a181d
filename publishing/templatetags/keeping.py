"""Parts of pages that are made once for an edition of the content: many readers, and many pages, share them."""

from django import template
from django.utils.safestring import mark_safe

from ..keeping import keep, keep_each

register = template.Library()


class KeepingNode(template.Node):
    def __init__(self, nodelist, key):
        self.nodelist, self.key = nodelist, key

    def render(self, context):
        key = [part.resolve(context) for part in self.key]
        if None in key:
            return self.nodelist.render(context)
        return keep(("part of a page", *key), lambda: self.nodelist.render(context))


@register.tag
def keeping(parser, token):
    """``{% keeping "name" variable … %}``: a part that depends on these, on the content and on the language alone.

    It is made once for an edition of the content (``keeping.py``); each time, if a variable is ``None``.
    """
    key = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    nodelist = parser.parse(["endkeeping"])
    parser.delete_first_token()
    return KeepingNode(nodelist, key)


@register.simple_tag(takes_context=True)
def rows(context, template, items, of=None, **options):
    """Each item by a template of its own, made once for an edition of the content: many pages share their rows.

    ``of`` is the list of which ``items`` are no more than keys; ``options`` are for the template.
    """
    draw = context.template.engine.get_template(template).render
    keys = [(template, item.pk, bool(of) or getattr(item, "noted_at", None), *options.items()) for item in items]
    by_key = dict(zip(keys, items, strict=True))

    def make(missing):
        wanted = [by_key[key] for key in missing]
        if of:
            whole = of.in_full([item.pk for item in wanted])
            wanted = [whole.get(item.pk) for item in wanted]
        return [draw(context.new({item._meta.model_name: item, **options})) if item else "" for item in wanted]

    # What a preview shows is nobody else's.
    made = make(keys) if context.get("preview") else keep_each(keys, make, "rows")
    return mark_safe("".join(made))  # noqa: S308 - of templates


@register.simple_tag(takes_context=True)
def row(context, template, item, **options):
    return rows(context, template, [item], **options)
