"""What InforMEA, the United Nations' portal of the treaties, calls our meetings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Type(models.TextChoices):
    """The words that InforMEA knows; any other would become a new one there."""

    COP = "cop", _("Conference of the Parties")
    MOP = "mop", _("Meeting of the Parties")
    STC = "stc", _("Standing Committee")
    SCC = "scc", _("Scientific Council")
    SUBSIDIARY = "subsidiary", _("subsidiary body")
    EXPERT = "expert", _("expert meeting")
    WORKING = "working", _("working group")
    TECHNICAL = "technical meeting", _("technical meeting")
    NEGOTIATION = "negotiation meeting", _("negotiation meeting")
    CONFERENCE = "conference", _("conference")
    SYMPOSIA = "symposia", _("symposium")
    WORKSHOP = "workshop", _("workshop")
    INFORMAL = "informal", _("informal meeting")


# What each kind of event is there, unless its form says otherwise. Visits and deadlines are no meetings: not sent.
TYPES = {
    "cop": Type.COP,
    "meeting": Type.TECHNICAL,
    "workshop": Type.WORKSHOP,
    "side-event": Type.INFORMAL,
    "round-table": Type.INFORMAL,
    "discussion": Type.EXPERT,
    "congress": Type.CONFERENCE,
}
