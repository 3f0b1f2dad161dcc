"""Addresses of the policy in force."""

from django.urls import path

from platekeeper.office.governance import views

app_name = "governance"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("versions/<int:number>/", views.version, name="version"),
    path("versions/<int:number>/profile.toml", views.version_text, name="version_text"),
    path("propose/", views.propose, name="propose"),
    path("proposals/<int:proposal_id>/", views.proposal, name="proposal"),
    path("programme/", views.programme, name="programme"),
]
