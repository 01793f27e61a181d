import pytest


@pytest.fixture(autouse=True)
def _english():
    """Every test begins in English, whatever the one before it activated."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Each test begins with the same version of other content."""
    from publishing import keeping
    from publishing.version import Edition

    keeping.forget()
    Edition.known = None


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The strength of password hashes is Django's business; here they only take time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _static_files_are_not_counted_first(settings):
    """The client of a test is a server of its own, and would look through all static files before its first request."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True, scope="session")
def _no_open_data_of_this_installation(django_test_environment, tmp_path_factory):
    from django.conf import settings

    settings.DUMP_ROOT = str(tmp_path_factory.mktemp("dump"))


def make_groups_if_there_are_none():
    from django.apps import apps
    from django.contrib.auth.models import Group

    from cami_portal.roles import make_groups

    if not Group.objects.exists():
        make_groups(apps)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The groups that a migration makes, also where tests run without migrations: once for all of them."""
    with django_db_blocker.unblock():
        make_groups_if_there_are_none()


@pytest.fixture
def roles(db):
    """The groups, also after a test that emptied the database."""
    from django.contrib.auth.models import Group

    make_groups_if_there_are_none()
    return {group.name: group for group in Group.objects.all()}


@pytest.fixture(autouse=True, scope="session")
def _pages_are_recorded_not_their_parts(django_test_environment):
    """``response.context`` is that of the page; copies for a hundred parts and widgets would take half of the time."""
    from django.template import Template
    from django.test.utils import _TestState

    record, draw = Template._render, _TestState.saved_data.template_render

    def render(part, context):
        is_page = context.template is part and "/widgets/" not in (part.name or "")
        return (record if is_page else draw)(part, context)

    Template._render = render
