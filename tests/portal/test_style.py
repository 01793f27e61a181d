"""The style page is for those who build the portal."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("staff", "status"), [(None, 404), (False, 404), (True, 200)])
def test_only_staff_see_it(client, django_user_model, staff, status):
    if staff is not None:
        client.force_login(django_user_model.objects.create(username="somebody", is_staff=staff))
    assert client.get("/style/", follow=True).status_code == status


def test_everybody_sees_it_where_the_portal_is_being_built(client, settings):
    settings.DEBUG = True
    response = client.get("/style/")
    assert response.status_code == 200
    assert "var(--lapis)" in response.content.decode()
