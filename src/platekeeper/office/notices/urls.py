"""Addresses of this part of the office."""

from django.urls import URLPattern

app_name = "notices"
urlpatterns: list[URLPattern] = []
