"""Addresses of what concerns access itself."""

from django.urls import path

from platekeeper.office.access import views

app_name = "access"
urlpatterns = [path("", views.why, name="why")]
