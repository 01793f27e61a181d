from django.urls import path

from publishing.lists import addresses

from . import views

app_name = "news"
urlpatterns = [
    *addresses("", views.ArticleList, "list"),
    path("<slug:slug>/", views.ArticleDetail.as_view(), name="detail"),
]
