"""Addresses for auditors."""

from django.urls import path

from platekeeper.office.audits import views

app_name = "audits"
urlpatterns = [
    path("records/", views.access_records, name="access_records"),
    path("records/<uuid:record_id>/", views.access_record, name="access_record"),
]
