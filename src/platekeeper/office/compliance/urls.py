"""Addresses of the compliance report."""

from django.urls import path

from platekeeper.office.compliance import views

app_name = "compliance"
urlpatterns = [path("", views.report, name="report")]
