from django.urls import path

from . import views

app_name = "species"
urlpatterns = [
    path("", views.SpeciesList.as_view(), name="list"),
    path("range/", views.RangeMatrix.as_view(), name="range"),
    path("states/", views.StateList.as_view(), name="states"),
    path("states/<slug:code>/", views.StateDetail.as_view(), name="state"),
    path("instruments/", views.InstrumentList.as_view(), name="instruments"),
    path("instruments/<slug:slug>/", views.InstrumentDetail.as_view(), name="instrument"),
    path("<slug:slug>/", views.SpeciesDetail.as_view(), name="detail"),
]
