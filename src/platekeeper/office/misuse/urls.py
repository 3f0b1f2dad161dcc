"""Addresses of the misuse detectors."""

from django.urls import path

from platekeeper.office.misuse import views

app_name = "misuse"
urlpatterns = [
    path("", views.findings, name="findings"),
    path("<int:number>/", views.finding, name="finding"),
    path("plates/", views.plates, name="plates"),
    path("plates/<int:number>/end/", views.end, name="end_plate"),
    path("reviewers/", views.reviewers, name="reviewers"),
]
