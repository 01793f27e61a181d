from django.urls import path

from publishing.lists import addresses

from . import views

app_name = "contacts"
urlpatterns = [
    *addresses("", views.RoleList, "list"),
    *addresses("organisations/", views.OrganisationList, "organisations"),
    path("organisations/<slug:slug>/", views.OrganisationDetail.as_view(), name="organisation"),
    path("organisations/<slug:slug>/contact.vcf", views.OrganisationCard.as_view(), name="organisation_card"),
    path("report/", views.ReportError.as_view(), name="report"),
    path("<slug:slug>/", views.RoleDetail.as_view(), name="role"),
    path("<slug:slug>/contact.vcf", views.RoleCard.as_view(), name="role_card"),
]
