from django.urls import path

from . import views

app_name = "contacts"
urlpatterns = [
    path("", views.RoleList.as_view(), name="list"),
    path("organisations/", views.OrganisationList.as_view(), name="organisations"),
    path("organisations/<slug:slug>/", views.OrganisationDetail.as_view(), name="organisation"),
    path("organisations/<slug:slug>/contact.vcf", views.OrganisationCard.as_view(), name="organisation_card"),
    path("report/", views.ReportError.as_view(), name="report"),
    path("<slug:slug>/", views.RoleDetail.as_view(), name="role"),
    path("<slug:slug>/contact.vcf", views.RoleCard.as_view(), name="role_card"),
]
