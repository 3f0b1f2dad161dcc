"""Addresses that need no log-in."""

from django.urls import path

from platekeeper.office.transparency import views

app_name = "transparency"
urlpatterns = [
    path("", views.index, name="index"),
    path("ledger/<str:name>", views.published, name="published"),
    path("<slug:slug>/", views.agency, name="agency"),
]
