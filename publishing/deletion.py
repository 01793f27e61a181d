"""What a deletion takes along, as its page lists it, without what only ties two items together or notes something."""

from django.apps import apps
from django.utils.text import capfirst

from .freshness import OutdatedTranslation


def without_ties(found):
    """``found`` as Django's ``get_deleted_objects`` gives it, without rows of tables that nobody edits."""
    tree, counts, lacking, protected = found
    ties = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
    ties.append(OutdatedTranslation._meta)
    heads = tuple(f"{capfirst(tie.verbose_name)}: " for tie in ties)
    counts = {name: count for name, count in counts.items() if name not in {tie.verbose_name_plural for tie in ties}}
    return prune(tree, heads), counts, lacking, protected


def prune(tree, heads):
    """``tree``, lists of lines and of lists, without the lines that begin with one of ``heads``."""
    kept = [prune(one, heads) if isinstance(one, list) else one for one in tree]
    return [one for one in kept if one != [] and not (isinstance(one, str) and one.startswith(heads))]
