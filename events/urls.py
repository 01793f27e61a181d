from django.urls import path, re_path
from django.views.decorators.http import conditional_page
from django.views.generic import RedirectView

from publishing.lists import addresses

from . import views

YEAR = "(?P<year>19[0-9]{2}|20[0-9]{2}|2100)"

app_name = "events"
urlpatterns = [
    *addresses("", views.EventList, "list"),
    *addresses(rf"^{YEAR}/", views.EventYear, "year"),
    *addresses(rf"^{YEAR}/(?P<month>[1-9]|1[0-2])/", views.EventMonth, "month"),
    re_path(
        rf"^{YEAR}/0(?P<month>[1-9])/$",
        RedirectView.as_view(pattern_name="events:month", permanent=True, query_string=True),
    ),
    path("<slug:slug>/", views.EventDetail.as_view(), name="detail"),
    path("<slug:slug>/event.ics", conditional_page(views.EventFile.as_view()), name="file"),
    # At most four digits: no database is asked for a number that it cannot hold.
    re_path(r"^(?P<slug>[-\w]+)/documents/(?P<number>[1-9][0-9]{0,3})/$", views.document, name="document"),
]
