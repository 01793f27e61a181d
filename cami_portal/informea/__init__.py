"""What InforMEA, the United Nations' portal of the treaties, takes from this one: meetings, contacts and news.

``meetings`` and ``contacts`` say what is sent, ``odata`` how it is asked for and written, ``views`` answers. ``rules``
are the harvester's own, by which ``check`` tells editors what will become of each row. ``feed`` is the news.
"""
