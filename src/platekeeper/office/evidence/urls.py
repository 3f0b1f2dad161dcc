"""Addresses of evidence packages and sheets."""

from django.urls import path

from platekeeper.office.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.packages, name="packages"),
    path("new/", views.new, name="new"),
    path("build/", views.build, name="build"),
    path("sheets/<uuid:read_id>/", views.sheet, name="sheet"),
    path("<uuid:package_id>/", views.package, name="package"),
    path("<uuid:package_id>/steps/", views.step, name="step"),
]
