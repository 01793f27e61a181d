"""Texts of pages may tell how to reach a person. In files that are passed on for ever, they do not."""

import re
from urllib.parse import unquote

from contacts.models import Organisation, Role, dialled

REMOVED = "[…]"
LINK = re.compile(r'<a\b[^>]*\bhref="(mailto|tel):([^"?]*)[^>]*>(.*?)</a>', re.DOTALL)
MAILBOX = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"\+\d[\d\s()./-]{6,}\d")


def without_contacts():
    """A function that takes out of a text, or of all texts in a JSON value, every mailbox and telephone number but
    those of organisations and roles.
    """
    organisations = Organisation.objects.all()
    known = {address.lower() for address in organisations.values_list("email", flat=True)}
    known |= {address.lower() for address in Role.objects.values_list("mailbox", flat=True)}
    known |= {number for one in organisations for _written, number in one.phone_list} | {
        dialled(one.fax) for one in organisations
    }

    def plain(match):
        address = match[0].lower() if "@" in match[0] else dialled(match[0])
        return match[0] if address in known else REMOVED

    def link(match):
        kind, address, words = match.groups()
        address = unquote(address).lower()
        if address in known:
            return match[0]
        return REMOVED if kind == "tel" and dialled(words) == dialled(address) else words

    def clean(value):
        if isinstance(value, dict):
            return {name: clean(one) for name, one in value.items()}
        if isinstance(value, list):
            return [clean(one) for one in value]
        if not isinstance(value, str) or not ("@" in value or "+" in value or "tel:" in value):
            return value
        return NUMBER.sub(plain, MAILBOX.sub(plain, LINK.sub(link, value)))

    return clean
