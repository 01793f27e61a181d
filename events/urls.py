from django.urls import path, re_path

from . import views

app_name = "events"
urlpatterns = [
    path("", views.EventList.as_view(), name="list"),
    path("<slug:slug>/", views.EventDetail.as_view(), name="detail"),
    # At most four digits: no database is asked for a number that it cannot hold.
    re_path(r"^(?P<slug>[-\w]+)/documents/(?P<number>[1-9][0-9]{0,3})/$", views.document, name="document"),
]
