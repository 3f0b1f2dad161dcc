"""Addresses about the records management system."""

from django.urls import path

from platekeeper.office.rms import views

app_name = "rms"
urlpatterns = [path("", views.outbox, name="outbox")]
