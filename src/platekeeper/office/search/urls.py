"""Addresses of searches."""

from django.urls import path

from platekeeper.office.search import analysis_pages, registry_pages, request_pages, views

app_name = "search"
urlpatterns = [
    path("", views.search, name="search"),
    path("results/", views.results, name="results"),
    path("vehicle/", analysis_pages.vehicle, name="vehicle"),
    path("seen-with/", analysis_pages.seen_with, name="companions"),
    path("two-places/", analysis_pages.both_places, name="both_places"),
    path("crime-scene/", analysis_pages.canvass, name="canvass"),
    path("approvals/", request_pages.requests, name="requests"),
    path("approvals/<int:number>/", request_pages.one_request, name="request"),
    path("approvals/<int:number>/answer/", request_pages.respond, name="respond"),
    path("approvals/<int:number>/run/", request_pages.run, name="run"),
    path("refused/<uuid:record_id>/ask/", request_pages.ask, name="ask"),
    path("sensitive-places/", registry_pages.registry, name="registry"),
    path("sensitive-places/<int:number>/end/", registry_pages.end, name="end_place"),
]
