"""What an item is related to: the keys of all its relations by one statement, where a query for each would cost more
than the rest of its page. Most relations of most items are empty.
"""

from functools import cache

from django.db import connection


@cache
def statement(model, names):
    """The SQL for the relations ``names`` of ``model``, many-to-many or rows that point to it, and how often it takes
    the key of the item.
    """
    parts = []
    for number, name in enumerate(names):
        field = model._meta.get_field(name)
        if field.many_to_many:
            table, own, other = field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()
        else:
            meta = field.related_model._meta
            table, own, other = meta.db_table, field.field.column, meta.pk.column
        parts.append(f'SELECT {number}, "{other}" FROM "{table}" WHERE "{own}" = %s')  # noqa: S608 - names of models
    return " UNION ALL ".join(parts)


def related_keys(item, *names):
    """``{name: frozenset of keys}`` for each of the relations."""
    keys = {name: set() for name in names}
    with connection.cursor() as cursor:
        cursor.execute(statement(type(item), names), [item.pk] * len(names))
        for number, key in cursor.fetchall():
            keys[names[number]].add(key)
    return {name: frozenset(found) for name, found in keys.items()}
