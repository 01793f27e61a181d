"""Search over everything public, in both languages: one interface, an index on SQLite and one on PostgreSQL.

``words`` makes of texts what is compared, ``index`` keeps an entry per item, ``engines`` asks the database, ``query``
reads what was typed, ``results`` ranks what is found, ``marks`` shows it. The receivers in ``version.py`` renew the
index with every change, ``manage.py reindex`` all of it.
"""
