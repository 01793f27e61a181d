"""The checklist as a Darwin Core archive (https://dwc.tdwg.org/text/): what databases of biodiversity read.

Taxa with where they live, their names in both languages, their identifiers elsewhere, and the sources of all that.
Nothing is in it that the portal does not hold, but that these species are mammals.
"""

import csv
from xml.etree import ElementTree

from django.db.models import Prefetch

from publishing.sheets import escaped
from species.models import Range, Species

from .public import batches, public

DWC, DC, GBIF = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/", "http://rs.gbif.org/terms/1.0/"
MAMMALS = {"kingdom": "Animalia", "phylum": "Chordata", "class": "Mammalia"}
# The words of https://rs.gbif.org/vocabulary/gbif/distribution_status_2020-07-15.xml, where "absent" is extinct too,
# and of http://rs.tdwg.org/dwc/doc/em/; whether what lives somewhere was always there, the portal does not say.
STATUS = {
    Range.Presence.RESIDENT: ("present", ""),
    Range.Presence.REINTRODUCED: ("present", "nativeReintroduced"),
    Range.Presence.EXTINCT: ("absent", ""),
    Range.Presence.UNCERTAIN: ("doubtful", ""),
    Range.Presence.VAGRANT: ("irregular", "vagrant"),
}
# Each file with what its rows are and the terms of its columns after the taxon's.
FILES = {
    "taxon.csv": (f"{DWC}Taxon", [f"{DWC}{name}" for name in ("scientificName", "taxonRank", "order", "family")]
                  + [f"{DC}references", f"{DC}modified"]),
    "distribution.csv": (f"{GBIF}Distribution", [
        *(f"{DWC}{name}" for name in ("locationID", "locality", "countryCode", "occurrenceStatus",
                                      "establishmentMeans", "eventDate", "occurrenceRemarks")), f"{DC}source"]),
    "vernacularname.csv": (f"{GBIF}VernacularName", [
        f"{DWC}vernacularName", f"{DC}language", f"{GBIF}isPreferredName"]),
    "identifier.csv": (f"{GBIF}Identifier", [f"{DC}identifier", f"{DC}title"]),
    "reference.csv": (f"{GBIF}Reference", [
        f"{DC}identifier", f"{DC}bibliographicCitation", f"{DC}title", f"{DC}date"]),
}  # fmt: skip


def taxa():
    """The species with all that the archive says of them."""
    ranges = Range.objects.select_related("state__country", "source").order_by("state__country__code")
    facts = ["assessments__source", "listings__source", "memberships__source", "identifiers__source"]
    for keys, batch in batches(public(Species)):
        found = batch.select_related("source").prefetch_related(Prefetch("ranges", ranges), *facts).in_bulk()
        yield from (found[pk] for pk in keys if pk in found)


def write(folder, site, clean):
    """The files of the archive but for ``eml.xml``, which tells of them. ``clean`` makes texts fit to be passed on."""
    rows_of = {
        "taxon.csv": lambda species: [taxon(species, site)],
        "distribution.csv": distributions,
        "vernacularname.csv": names,
        "identifier.csv": identifiers,
        "reference.csv": references,
    }
    files = {name: (folder / name).open("w", encoding="utf-8", newline="") for name in FILES}
    try:
        writers = {name: csv.writer(file, lineterminator="\n") for name, file in files.items()}
        for name, (_kind, terms) in FILES.items():
            writers[name].writerow(["taxonID", *(term.rpartition("/")[2] for term in terms)])
        for species in taxa():
            for name, rows in rows_of.items():
                writers[name].writerows([species.uuid.urn, *map(cell, clean(list(row)))] for row in rows(species))
    finally:
        for file in files.values():
            file.close()
    (folder / "meta.xml").write_bytes(description())


def cell(value):
    """Spreadsheets open such files too."""
    return escaped(str(value or ""))


def taxon(species, site):
    page, changed = site + species.get_absolute_url(), species.changed.isoformat()
    return [species.scientific_name, species.taxon_rank, species.order, species.family, page, changed]


def distributions(species):
    for row in species.ranges.all():
        country, (status, means) = row.state.country, STATUS[row.presence]
        remarks = [row.get_presence_display(), "" if row.verified else "unverified", row.note_en]
        yield [
            f"ISO:{country.code}", country.name_en, country.code, status, means, row.year,
            "; ".join(filter(None, remarks)), citation(row.source),
        ]  # fmt: skip


def names(species):
    """The names in each language; the first of each is the one that the portal uses."""
    for language in ("en", "ru"):
        others = (getattr(species, f"other_names_{language}") or "").split(",")
        for preferred, name in [(True, getattr(species, f"name_{language}")), *((False, other) for other in others)]:
            if name and name.strip():
                yield [name, language, str(preferred).lower()]


def identifiers(species):
    """Those that are of this very taxon; where a number is of a wider one, a note says so."""
    known = [one for one in species.identifiers.all() if one.verified and not one.note_en]
    return [[one.url, one.get_scheme_display()] for one in sorted(known, key=lambda one: one.scheme)]


def references(species):
    kinds = [species.ranges, species.assessments, species.listings, species.memberships, species.identifiers]
    sources = {row.source for rows in kinds for row in rows.all()} | ({species.source} - {None})
    for source in sorted(sources, key=lambda source: source.slug):
        yield [source.url, citation(source), source.title_en or source.title_ru, source.year]


def citation(source):
    """``source`` as it would stand in a list of references."""
    published = ", ".join(filter(None, [source.publisher_en, str(source.year or "")]))
    words = [source.title_en or source.title_ru, f"({published})" if published else "", source.url]
    return " ".join(filter(None, words))


def description():
    """``meta.xml``: which file has which terms in which columns."""
    archive = ElementTree.Element("archive", {"xmlns": "http://rs.tdwg.org/dwc/text/", "metadata": "eml.xml"})
    form = {
        "encoding": "UTF-8", "fieldsTerminatedBy": ",", "linesTerminatedBy": "\\n", "fieldsEnclosedBy": '"',
        "ignoreHeaderLines": "1",
    }  # fmt: skip
    for name, (kind, terms) in FILES.items():
        is_core = name == "taxon.csv"
        part = ElementTree.SubElement(archive, "core" if is_core else "extension", form | {"rowType": kind})
        ElementTree.SubElement(ElementTree.SubElement(part, "files"), "location").text = name
        ElementTree.SubElement(part, "id" if is_core else "coreid", index="0")
        if is_core:
            ElementTree.SubElement(part, "field", index="0", term=f"{DWC}taxonID")
            for term, value in MAMMALS.items():
                ElementTree.SubElement(part, "field", default=value, term=f"{DWC}{term}")
        for index, term in enumerate(terms, 1):
            ElementTree.SubElement(part, "field", index=str(index), term=term)
    return as_xml(archive)


def as_xml(root):
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
