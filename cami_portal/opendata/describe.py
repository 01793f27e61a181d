"""What tells of the dump: how to cite it, its licence, README, ``CITATION.cff``, ``eml.xml``, JSON-LD.

A licence that no setting names is not stated, anywhere.
"""

import json
from xml.etree import ElementTree

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .darwin_core import as_xml
from .tables import RECORDS

LANGUAGES = [code for code, _name in settings.LANGUAGES]
EML = "https://eml.ecoinformatics.org/eml-2.2.0"
XML = "{http://www.w3.org/XML/1998/namespace}lang"


def title():
    return _("Central Asian Mammals Initiative (CAMI): open data of the portal")


def publisher():
    return _("UNEP/CMS Secretariat")


def abstract():
    return _(
        "Species, their Range States, listings and Red List categories, instruments, meetings, deadlines, news and "
        "organisations of the Central Asian Mammals Initiative under the Convention on Migratory Species, in English "
        "and Russian, each fact with its source."
    )


def address(site):
    return site + reverse("data")


def citation(version, site):
    """How to cite it, in the language that is active."""
    words = {
        "publisher": publisher(),
        "year": version[:4],
        "title": title(),
        "version": version,
        "address": address(site),
    }
    return _("%(publisher)s (%(year)s). %(title)s. Version %(version)s. %(address)s") % words


def licence():
    """``(name, address)``, either of which may be empty."""
    return settings.DATA_LICENCE, settings.DATA_LICENCE_URL


def readme(language, version, rows, site):
    """The README in one language; ``rows`` are the numbers of rows by table."""
    with translation.override(language):
        name, url = licence()
        context = {
            "title": title(),
            "abstract": abstract(),
            "version": version,
            "licence": " ".join(filter(None, [name, url and f"<{url}>"])),
            "citation": citation(version, site),
            "address": address(site),
            "tables": [(record.name, str(record.about), rows[record.name]) for record in RECORDS],
        }
        return render_to_string(f"opendata/readme.{language}.md", context)


def citation_file(version, site):
    """``CITATION.cff``; text in JSON's quotation marks is YAML too."""
    _name, url = licence()
    lines = {
        "cff-version": "1.2.0",
        "message": "If you use this data set, please cite it as below.",
        "type": "dataset",
        "title": title(),
        "abstract": abstract(),
        "authors": [{"name": publisher()}],
        "version": version,
        "date-released": version[:10],
        "url": address(site),
    }
    if url:
        lines["license-url"] = url
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items())


def eml(version, site):
    """The metadata of the Darwin Core archive, after GBIF's profile of EML; in English, the title in Russian too."""
    ElementTree.register_namespace("eml", EML)
    root = ElementTree.Element(
        f"{{{EML}}}eml",
        {"packageId": f"{address(site)}#{version}", "system": "http://gbif.org", "scope": "system", XML: "en"},
    )
    dataset = ElementTree.SubElement(root, "dataset")

    def add(parent, name, text=None, **attributes):
        part = ElementTree.SubElement(parent, name, attributes)
        part.text = text
        return part

    for language in LANGUAGES:
        with translation.override(language):
            add(dataset, "title", title(), **{XML: language})
    for name in ("creator", "metadataProvider"):
        add(add(dataset, name), "organizationName", publisher())
    add(dataset, "pubDate", version[:10])
    add(dataset, "language", "en")
    add(add(dataset, "abstract"), "para", abstract())
    name, url = licence()
    if name or url:
        rights = add(add(dataset, "intellectualRights"), "para", name)
        if url:
            rights.text = "This work is licensed under "
            add(add(rights, "ulink", url=url), "citetitle", name or url)
    add(add(add(dataset, "distribution"), "online"), "url", address(site), function="information")
    contact = add(dataset, "contact")
    add(contact, "organizationName", publisher())
    add(contact, "onlineUrl", site + reverse("contacts:list"))
    gbif = add(add(add(root, "additionalMetadata"), "metadata"), "gbif")
    add(gbif, "dateStamp", f"{version[:10]}T00:00:00Z")
    add(gbif, "citation", citation(version, site))
    return as_xml(root)


def dataset(dump, site):
    """What the page says to machines (https://schema.org/Dataset); without a dump only what it is about."""
    _name, url = licence()
    found = {
        "@type": "Dataset",
        "@id": f"{site}/#data",
        "name": title(),
        "description": abstract(),
        "url": address(site),
        "inLanguage": LANGUAGES,
        "isAccessibleForFree": True,
        "publisher": {"@type": "Organization", "name": publisher()},
        "creator": {"@type": "Organization", "name": publisher()},
    }
    if url:
        found["license"] = url
    if dump is None:
        return found
    return found | {
        "version": dump.version,
        "dateModified": dump.version[:10],
        "creditText": citation(dump.version, site),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.path,
                "contentUrl": f"{site}{file.address}",
                "encodingFormat": file.kind,
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }
            for file in dump.main
        ],
    }
