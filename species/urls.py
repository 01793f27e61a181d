from django.urls import path

from publishing.lists import addresses

from . import views

app_name = "species"
urlpatterns = [
    *addresses("", views.SpeciesList, "list"),
    *addresses("range/", views.RangeMatrix, "range"),
    *addresses("states/", views.StateList, "states"),
    path("states/<slug:code>/", views.StateDetail.as_view(), name="state"),
    *addresses("instruments/", views.InstrumentList, "instruments"),
    path("instruments/<slug:slug>/", views.InstrumentDetail.as_view(), name="instrument"),
    path("<slug:slug>/", views.SpeciesDetail.as_view(), name="detail"),
]
