"""The API: each list of the portal as JSON, with the filters that its page has; and what describes it."""

from django.http import JsonResponse
from django.urls import path, reverse
from django.views.generic import View

from contacts.views import OrganisationList, RoleList
from events.views import EventList
from news.views import ArticleList
from publishing.formats import Json, JsonOfOne, unless_known
from publishing.views import SourceList
from species.views import InstrumentList, RangeMatrix, SpeciesList, StateList

from .changes import ChangeList
from .openapi import description

VIEWS = [
    ArticleList,
    EventList,
    SpeciesList,
    RangeMatrix,
    StateList,
    InstrumentList,
    RoleList,
    OrganisationList,
    SourceList,
    ChangeList,
]


class About(View):
    """Something that the API says of itself."""

    def get(self, request):
        response = JsonResponse(self.content(request), json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = "no-cache"
        return unless_known(request, response)


class Index(About):
    """Where everything is."""

    def content(self, request):
        def address(name, *args):
            return request.build_absolute_uri(reverse(name, args=args))

        return {
            "description": address("api:description"),
            "documentation": address("api-docs"),
            "lists": {view.record.name: address(f"api:{view.record.name}") for view in VIEWS},
        }


class Description(About):
    def content(self, request):
        return description(VIEWS, request.build_absolute_uri(reverse("api:index")))


app_name = "api"
urlpatterns = [
    path("", Index.as_view(), name="index"),
    path("openapi.json", Description.as_view(), name="description"),
]
for view in VIEWS:
    name = view.record.name
    urlpatterns.append(path(f"{name}/", view.as_view(form=Json), name=name))
    if view.record.has_identity():
        urlpatterns.append(path(f"{name}/<uuid:uuid>/", view.as_view(form=JsonOfOne), name=f"{name}-item"))
