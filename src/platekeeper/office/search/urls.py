"""Addresses of searches."""

from django.urls import path

from platekeeper.office.search import views

app_name = "search"
urlpatterns = [path("", views.search, name="search"), path("results/", views.results, name="results")]
