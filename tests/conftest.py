import pytest


@pytest.fixture(autouse=True)
def _english():
    """Every test begins in English, whatever the one before it activated."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The strength of password hashes is Django's business; here they only take time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
