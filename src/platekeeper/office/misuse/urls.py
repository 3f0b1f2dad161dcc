"""Addresses of this part of the office."""

from django.urls import URLPattern

app_name = "misuse"
urlpatterns: list[URLPattern] = []
