"""Addresses of this part of the office."""

from django.urls import URLPattern

app_name = "evidence"
urlpatterns: list[URLPattern] = []
