"""Addresses of releases to other agencies."""

from django.urls import path

from platekeeper.office.sharing import views

app_name = "sharing"
urlpatterns = [
    path("", views.releases, name="releases"),
    path("new/", views.new, name="new"),
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<uuid:agreement_id>/end/", views.end, name="end_agreement"),
    path("<uuid:request_id>/", views.release, name="release"),
    path("<uuid:request_id>/letter/", views.letter, name="letter"),
]
