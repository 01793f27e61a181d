"""What the search finds in the seed for what people ask."""

import pytest
from django.core.management import call_command
from django.db import transaction

from cami_portal.management.commands.seed import FIXTURES
from publishing.search.results import find, items_of

pytestmark = pytest.mark.django_db

QUESTIONS = [  # what is asked, and the item that must be among the first three
    ("saiga", "species/saiga"),
    ("saiga die-off samples", "news/cms-supported-project-for-the-conservation-of-the-saiga-antelope"),
    ("who is the CAMI focal point?", "contacts/cami-focal-point"),
    ("deadline for national reports", "events/national-reports-cop12"),
    ("trophy hunting argali", "news/the-argali-sheep-trophy-hunting-as-a-potential-conservation-measure"),
    ("snow leopard extinction", "news/saving-snow-leopards-from-the-brink-of-extinction"),
    ("Przewalski horse", "species/przewalskis-horse"),
    ("cheetahs in Iran", "species/asiatic-cheetah"),
    ("programme of work 2021", "species/instruments/cami-programme-of-work-2021-2026"),
    ("Bukhara deer MOU", "species/instruments/bukhara-deer-mou"),
    ("linear infrastructure guidelines", "species/instruments/linear-infrastructure-guidelines"),
    ("in memoriam Mezhnev", "news/in-memoriam-anton-mezhnev"),
    ("COP 13", "events/cms-cop13"),
    ("one belt one road", "events/one-belt-one-road-workshop-2016"),
    ("poaching and illegal trade local communities", "events/iucn-congress-side-event-2016"),
    ("how to cite", "how-to-cite"),
    ("IUCN ECARO", "contacts/organisations/iucn-ecaro"),
    ("Irbis", "species/snow-leopard"),
    ("What is CAMI?", "about"),
    ("Kyrgyz Republic", "species/states/kg"),
    ("сайгаков", "species/saiga"),
    ("массовая гибель сайгаков", "news/cms-supported-project-for-the-conservation-of-the-saiga-antelope"),
    ("координатор ЦАИМ", "contacts/cami-focal-point"),
    ("срок подачи национальных докладов", "news/reminder-for-cms-parties-deadline-to-submit-national-reports"),
    ("трофейная охота на архаров", "news/the-argali-sheep-trophy-hunting-as-a-potential-conservation-measure"),
    ("снежный барс на грани исчезновения", "news/saving-snow-leopards-from-the-brink-of-extinction"),
    ("лошадь Пржевальского", "species/przewalskis-horse"),
    ("гепард в Иране", "species/asiatic-cheetah"),
    ("программа работы 2021–2026", "species/instruments/cami-programme-of-work-2021-2026"),
    ("бухарский олень меморандум", "species/instruments/bukhara-deer-mou"),
    ("линейная инфраструктура", "events/linear-infrastructure-workshop-2017"),
    ("Светлой памяти Бадамжава", "news/in-memoriam-dr-lkhagvasuren-badamjav-1959-2019"),
    ("КС-13", "events/cms-cop13"),
    ("один пояс один путь", "events/one-belt-one-road-workshop-2016"),
    ("браконьерство и незаконная торговля", "events/iucn-congress-side-event-2016"),
    ("как ссылаться", "how-to-cite"),
    ("Киргизия", "species/states/kg"),
    ("кто исполнительный секретарь", "contacts/executive-secretary"),
    ("персидский леопард", "species/persian-leopard"),
    ("партнёрство с Китаем", "news/new-partnership-with-china"),
]


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS)
def test_what_is_wanted_is_among_the_first_three(seed, question, wanted):
    entries = find(question, {}).entries[:3]
    assert f"/en/{wanted}/" in [item.get_absolute_url() for _entry, item in items_of(entries)]
