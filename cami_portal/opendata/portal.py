"""What another portal loads (``manage.py loaddata portal.json``): the live rows, their public fields, natural keys.

There is nothing in it that a page does not show, and nothing that names what no page shows. Files are not in it: texts
lose their pictures, and a document is a link to the portal that has the file.
"""

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation

from contacts.models import Assignment, Country, Organisation, Partnership, Person, Role, Topic
from events.models import Deadline, Document, Event, Participant
from events.models import Part as EventPart
from news.models import Article
from news.models import Part as ArticlePart
from publishing.figures import without_pictures
from publishing.freshness import fields_of
from publishing.models import Page, PhotoCredit, Source
from publishing.own_links import up_to_date
from publishing.records import BREAK
from publishing.text import RichTextField, clean_html
from species.models import (
    Assessment,
    FocalPoint,
    Identifier,
    Instrument,
    Listing,
    Membership,
    Range,
    RangeState,
    Species,
)

from .public import batches, public
from .tables import place

ITEM = "uuid slug source published_at created changed"
LASTING = "uuid slug source created changed"
FACT = "source year verified note"
TERM = "start start_precision end end_precision"
# Named one by one: a field that comes later is not public before somebody says so here.
FIELDS = {
    Source: "slug title publisher year url note",
    PhotoCredit: "source number subject text",
    Page: f"{ITEM} title summary body place order",
    Country: "code name official_name",
    Organisation: f"{LASTING} name acronym kind about part_of country website address phones fax email",
    Partnership: "organisation number title signed signed_precision place source",
    Person: "slug honorific given_name family_name family_name_first",
    Topic: "slug name order",
    Role: "uuid slug created changed title kind about organisation topics mailbox order",
    Assignment: f"role number person acting {TERM} confirmed note source",
    RangeState: f"uuid created changed country status party_since party_since_precision participation "
    f"tile_column tile_row {FACT}",
    Species: f"{ITEM} name other_names scientific_name family order group habitat summary body",
    Assessment: f"species number category current scope {FACT}",
    Listing: f"species number appendix cop until scope {FACT}",
    Membership: f"species number status since_cop until decision {FACT}",
    Identifier: f"species scheme value {FACT}",
    Range: f"species state presence {FACT}",
    FocalPoint: f"species number person name_public {TERM} {FACT}",
    Instrument: f"{ITEM} title short_title kind adopted adopted_precision link summary body species states",
    Event: f"{ITEM} title short_title kind status {TERM} start_time end_time time_zone venue city country attendance "
    "invitation_only link part_of summary body participants outcomes species states instruments sequence",
    Deadline: "event for_whom rule how role serves",
    EventPart: "event organisation part",
    Participant: "event person capacity",
    Document: "event number title kind language link supersedes",
    Article: f"{ITEM} title kind date date_precision summary body link publisher people species states events "
    "instruments",
    ArticlePart: "article organisation part",
}


def fields(model):
    """The public fields of ``model``, translated ones as their columns."""
    for name in FIELDS[model].split():
        columns = [f"{name}_{code}" for code, _language in settings.LANGUAGES] if name in fields_of(model) else [name]
        yield from (model._meta.get_field(column) for column in columns)


def look_ups(model):
    """What ``row`` needs of many items: their relations to rows that are public too."""
    for field in fields(model):
        if field.is_relation:
            related = field.related_model
            ways = {path.rpartition("__")[0] for path in related.natural_key_fields} - {""}
            yield Prefetch(field.name, public(related).order_by().select_related(*ways), to_attr=f"public_{field.name}")


def rows(site):
    """Every row as ``loaddata`` takes it."""
    for model in FIELDS:
        formatted = [field for field in fields(model) if isinstance(field, RichTextField)]
        for keys, batch in batches(public(model)):
            found = list(batch.prefetch_related(*look_ups(model)))
            for field in formatted:
                without_what_is_not_there(found, field)
            items = {item.pk: item for item in found}
            yield from (row(items[pk], site) for pk in keys if pk in items)


def row(item, site):
    if isinstance(item, FocalPoint) and not item.name_public:
        item.public_person = None  # whom pages may name for something else
    if isinstance(item, Document):
        item.link = place(item, site)
    model = type(item)
    return {"model": model._meta.label_lower, "fields": {field.name: written(item, field) for field in fields(model)}}


def written(item, field):
    if field.many_to_many:
        return sorted(list(other.natural_key()) for other in getattr(item, f"public_{field.name}"))
    if field.is_relation:
        other = getattr(item, f"public_{field.name}")
        return list(other.natural_key()) if other else None
    value = field.value_from_object(item)
    return value if value is None or isinstance(value, (bool, int, str)) else field.value_to_string(item)


def without_what_is_not_there(items, field):
    """Take pictures and links to what is not live out of a formatted text of all items, as pages do."""
    stored = [getattr(item, field.name) or "" for item in items]
    with translation.override(field.language):
        texts = without_pictures(up_to_date(BREAK.join(stored))).split(BREAK)
    for item, before, text in zip(items, stored, texts, strict=True):
        setattr(item, field.name, text if text == before else clean_html(text))
