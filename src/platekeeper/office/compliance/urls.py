"""Addresses of this part of the office."""

from django.urls import URLPattern

app_name = "compliance"
urlpatterns: list[URLPattern] = []
