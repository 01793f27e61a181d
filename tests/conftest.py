import pytest


@pytest.fixture(autouse=True)
def _english():
    """Every test begins in English, whatever the one before it activated."""
    from django.utils import translation

    with translation.override("en"):
        yield
