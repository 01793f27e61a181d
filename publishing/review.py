"""Who is told that an item waits for review."""

import logging

from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from .permissions import PUBLISH

logger = logging.getLogger(__name__)


def tell_editors(item, address, author):
    """Mail everybody who may publish, each by himself; ``address`` is that of the item's form."""
    for editor in get_user_model().objects.with_perm(PUBLISH).filter(is_active=True).exclude(pk=author.pk):
        subject = _("For review: %s") % item.title_in_any_language
        text = _("%(author)s asks for a review of “%(title)s”:\n%(address)s") % {
            "author": author.get_full_name() or author.email,
            "title": item.title_in_any_language,
            "address": address,
        }
        try:
            EmailMessage(" ".join(subject.split()), text, to=[editor.email]).send()
        except OSError:  # the item is stored and stands in everybody's list; a mail server may be away
            logger.exception("The mail about an item for review could not be sent")
