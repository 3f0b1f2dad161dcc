"""Addresses of this part of the office."""

from django.urls import URLPattern

app_name = "dispatch"
urlpatterns: list[URLPattern] = []
