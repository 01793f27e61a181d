"""The portal's content as files that anybody may take: tables, JSON, a Darwin Core archive, with what describes them.

``tables.py`` says which tables there are, ``public.py`` which rows they have, ``private.py`` what texts keep back.
``portal.py`` makes what another portal loads, ``darwin_core.py`` what databases of biodiversity read, ``describe.py``
and ``data_package.py`` what tells of all that. ``build.py`` puts it together, ``dump.py`` and ``views.py`` offer it.
"""
