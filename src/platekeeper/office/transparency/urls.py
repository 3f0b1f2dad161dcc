"""Addresses that need no log-in."""

from django.urls import path

from platekeeper.office.transparency import views

app_name = "transparency"
urlpatterns = [path("", views.index, name="index"), path("<slug:slug>/", views.agency, name="agency")]
