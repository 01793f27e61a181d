"""Content in any quantity, for measuring. Never run it on a portal that people read."""

import datetime
import itertools
import random
import uuid

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import TextField, Value
from django.utils import timezone

from contacts.models import Country, Organisation, OrganisationPart
from events.models import Event
from events.models import Part as EventPart
from news.models import Article
from news.models import Part as ArticlePart
from publishing import version
from publishing.search import index
from publishing.slugs import make_slug
from publishing.text import CleanText, clean_html, clean_text
from species.models import RangeState, Species

NAMESPACE = uuid.UUID("5a1c0de5-0000-4000-8000-0000000ca117")
BATCH = 500
AS_IT_IS = TextField()
FIRST_DAY, DAYS = datetime.date(2005, 1, 1), 7600

ACTS = [
    ("Aerial survey of the {en} completed in {state_en}", "{ru}: в {state_ru} завершён авиаучёт"),
    ("Rangers trained to monitor the {en} in {state_en}", "{ru}: в {state_ru} обучены инспекторы для мониторинга"),
    ("{state_en} reports on the conservation of the {en}", "{ru}: {state_ru} представляет доклад о сохранении вида"),
    (
        "Fence removed from a migration route of the {en} in {state_en}",
        "{ru}: в {state_ru} снято ограждение на пути миграции",
    ),
    ("Schools in {state_en} learn about the {en}", "{ru}: школы в {state_ru} знакомятся с видом"),
    ("Small grant awarded for work on the {en} in {state_en}", "{ru}: малый грант на работу в {state_ru}"),
]
SENTENCES = [
    (
        "The survey teams covered {n} kilometres of transects and compared their counts with those of earlier years.",
        "Учётные группы прошли {n} километров маршрутов и сравнили результаты с данными прошлых лет.",
    ),
    (
        "Experts from {n} institutions agreed on shared methods and on a timetable for the coming season.",
        "Эксперты из {n} учреждений согласовали общие методы и график на предстоящий сезон.",
    ),
    (
        "Transboundary cooperation remains the key to keeping migration routes open.",
        "Трансграничное сотрудничество остаётся залогом того, что пути миграции не будут перекрыты.",
    ),
    (
        "The results will be presented to the Range States and published with the methods and the data.",
        "Результаты будут представлены государствам ареала и опубликованы вместе с методами и данными.",
    ),
    (
        "Local communities took part in {n} meetings on grazing, poaching and the sustainable use of wildlife.",
        "Местные сообщества участвовали в {n} встречах о выпасе, браконьерстве и устойчивом использовании ресурсов.",
    ),
]
MEETINGS = [
    (Event.Kind.WORKSHOP, "Workshop on the monitoring of the {en}", "Семинар по мониторингу: {ru}"),
    (
        Event.Kind.ROUND_TABLE,
        "Round table on transboundary conservation of the {en}",
        "Круглый стол по трансграничной охране: {ru}",
    ),
    (Event.Kind.DISCUSSION, "Expert discussion on the {en}", "Дискуссия экспертов: {ru}"),
    (Event.Kind.DEADLINE, "Reports on the {en} due", "Срок представления докладов: {ru}"),
]


class Command(BaseCommand):
    help = "Make realistic bilingual articles and events with relations, always the same ones. For measuring only."

    def add_arguments(self, parser):
        parser.add_argument(
            "--articles", type=int, default=1000, help="how many articles there shall be (default 1000)"
        )
        parser.add_argument("--events", type=int, default=100, help="how many events there shall be (default 100)")

    def handle(self, articles, events, **options):
        if articles < 0 or events < 0:
            raise CommandError("Give numbers of items that are not negative.")
        self.species = list(Species.objects.published().order_by("slug"))
        self.states = list(RangeState.objects.select_related("country").order_by("country__code"))
        self.organisations = list(Organisation.objects.order_by("slug"))
        if not (self.species and self.states and self.organisations):
            raise CommandError("Load the fixtures first: manage.py seed")
        self.countries = {country.code: country for country in Country.objects.all()}
        self.check_texts()
        self.fill(Article, articles, self.article, self.relate_article)
        self.fill(Event, events, self.event, self.relate_event)
        version.bump()
        self.stdout.write(f"{Article.objects.count()} articles and {Event.objects.count()} events are in the database.")

    def fill(self, model, wanted, make, relate):
        """Make items number 1 … ``wanted`` of ``model``, but those that an earlier run made."""
        ids = {number: uuid.uuid5(NAMESPACE, f"{model.__name__} {number}") for number in range(1, wanted + 1)}
        there = set(model.objects.filter(slug__startswith="populated-").values_list("uuid", flat=True))
        missing = (number for number in ids if ids[number] not in there)
        while batch := list(itertools.islice(missing, BATCH)):
            dice = {number: random.Random(f"{model.__name__} {number}") for number in batch}  # noqa: S311 - no secret
            items = [make(number, dice[number], uuid=ids[number]) for number in batch]
            with transaction.atomic():  # a run that is stopped can be gone on with
                self.create(model, items)
                relate(items, [dice[number] for number in batch])
                index.renew(items)

    def check_texts(self):
        """What is put together of clean parts is clean: ``create`` counts on it."""
        names = [text for row in self.species for text in (row.name_en, row.name_ru)]
        names += [text for row in self.states for text in (row.country.name_en, row.country.name_ru)]
        patterns = [text for pair in [*ACTS, *SENTENCES, *(meeting[1:] for meeting in MEETINGS)] for text in pair]
        for text in [*names, *patterns]:
            if clean_text(text) != text or clean_html(f"<p>{text}</p><p>{text}</p>") != f"<p>{text}</p><p>{text}</p>":
                raise CommandError(f"Not as it would be stored: {text}")

    def create(self, model, items):
        """Insert ``items`` with their texts as they are: to clean each of them would take longer than all the rest."""
        names = [field.attname for field in model._meta.fields if isinstance(field, CleanText)]
        texts = [{name: text for name in names if (text := vars(item).get(name)) is not None} for item in items]
        for item, given in zip(items, texts, strict=True):
            vars(item).update({name: Value(text, output_field=AS_IT_IS) for name, text in given.items()})
        model.objects.bulk_create(items)
        for item, given in zip(items, texts, strict=True):
            vars(item).update(given)

    def subject(self, dice):
        """A Range State, and the words for it and for a species."""
        species, state = dice.choice(self.species), dice.choice(self.states)
        country = state.country
        words = {"en": species.name_en, "ru": species.name_ru, "state_en": country.name_en, "state_ru": country.name_ru}
        return state, words

    def texts(self, dice, number, sentences):
        chosen = [dice.choice(SENTENCES) for _ in range(sentences)]
        n = dice.randint(2, 900)
        return [" ".join(sentence[i].format(n=n) for sentence in chosen) for i in (0, 1)]

    def publication(self, dice, day):
        """Nineteen of twenty items are live; the others are drafts, scheduled, withdrawn or expired."""
        noon = datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)
        now = timezone.now()
        return dice.choice(
            [{"published_at": min(noon, now)}] * 76
            + [
                {"published_at": None},
                {"published_at": now + datetime.timedelta(days=3650)},
                {"published_at": min(noon, now), "withdrawn_at": now},
                {"published_at": noon - datetime.timedelta(days=60), "expires_at": noon - datetime.timedelta(days=30)},
            ]
        )

    def article(self, number, dice, **fields):
        _state, words = self.subject(dice)
        title_en, title_ru = (text.format(**words) for text in dice.choice(ACTS))
        summary_en, summary_ru = self.texts(dice, number, 2)
        paragraphs = [self.texts(dice, number, 4) for _ in range(dice.randint(2, 6))]
        day = FIRST_DAY + datetime.timedelta(days=dice.randrange(DAYS))
        translated = dice.random() < 0.8
        return Article(
            **fields,
            **self.publication(dice, day),
            slug=f"populated-{number}-{make_slug(title_en)}"[:80].rstrip("-"),
            kind=dice.choice(Article.Kind.values),
            date=day,
            title_en=title_en,
            summary_en=summary_en,
            body_en="".join(f"<p>{en}</p>" for en, ru in paragraphs),
            title_ru=title_ru if translated else "",
            summary_ru=summary_ru if translated else "",
            body_ru="".join(f"<p>{ru}</p>" for en, ru in paragraphs) if translated else "",
        )

    def relate_article(self, articles, dice):
        self.link(Article.species.through, "article_id", articles, "species_id", self.species, dice)
        self.link(Article.states.through, "article_id", articles, "rangestate_id", self.states, dice)
        ArticlePart.objects.bulk_create(
            ArticlePart(article=article, organisation=d.choice(self.organisations), part=OrganisationPart.Part.SUBJECT)
            for article, d in zip(articles, dice, strict=True)
        )

    def event(self, number, dice, **fields):
        state, words = self.subject(dice)
        kind, title_en, title_ru = dice.choice(MEETINGS)
        summary_en, summary_ru = self.texts(dice, number, 2)
        start = FIRST_DAY + datetime.timedelta(days=dice.randrange(DAYS + 900))
        end = start if kind == Event.Kind.DEADLINE else start + datetime.timedelta(days=dice.randrange(5))
        return Event(
            **fields,
            **self.publication(dice, start),
            slug=f"populated-{number}-{make_slug(title_en)}"[:80].rstrip("-"),
            kind=kind,
            status=dice.choice([*[Event.Status.CONFIRMED] * 17, *Event.Status.values]),
            start=start,
            end=end,
            country=self.countries[state.country.code],
            title_en=title_en.format(**words),
            title_ru=title_ru.format(**words),
            summary_en=summary_en,
            summary_ru=summary_ru,
        )

    def relate_event(self, events, dice):
        self.link(Event.species.through, "event_id", events, "species_id", self.species, dice)
        self.link(Event.states.through, "event_id", events, "rangestate_id", self.states, dice)
        EventPart.objects.bulk_create(
            EventPart(event=event, organisation=d.choice(self.organisations), part=OrganisationPart.Part.ORGANISER)
            for event, d in zip(events, dice, strict=True)
        )

    def link(self, through, item_column, items, target_column, targets, dice):
        """One to three random relations for each item."""
        through.objects.bulk_create(
            through(**{item_column: item.pk, target_column: target.pk})
            for item, d in zip(items, dice, strict=True)
            for target in d.sample(targets, min(len(targets), d.randint(1, 3)))
        )
