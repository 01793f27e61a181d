"""The API: each list of the portal as JSON, with the filters that its page has."""

from django.urls import path
from django.utils import translation

from contacts.views import OrganisationList, RoleList
from events.views import EventList
from news.views import ArticleList
from publishing.formats import Json
from publishing.views import SourceList
from species.views import InstrumentList, RangeMatrix, SpeciesList, StateList

from .changes import ChangeList

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


def in_english(view):
    """Order and messages in one language, whatever the asking program says that its user reads."""

    def answer(request, *args, **kwargs):
        with translation.override("en"):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = "en"
        return response

    return answer


app_name = "api"
urlpatterns = [
    *(path(f"{view.record.name}/", in_english(view.as_view(form=Json)), name=view.record.name) for view in VIEWS),
]
