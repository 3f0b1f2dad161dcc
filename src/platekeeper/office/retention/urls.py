"""Addresses for what is kept, held and destroyed."""

from django.urls import path

from platekeeper.office.retention import outlying, views

app_name = "retention"
urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("schedules/<int:schedule_id>/approve/", views.approve, name="approve"),
    path("holds/", views.holds, name="holds"),
    path("holds/new/", views.new_hold, name="new_hold"),
    path("holds/<uuid:hold_id>/", views.hold, name="hold"),
    path("old-data/", views.old_data, name="old_data"),
    path("old-data/<uuid:request_id>/", views.one_old_data_request, name="old_data_request"),
    path("old-data/<uuid:request_id>/run/", views.run, name="run"),
    path("certificates/", views.certificates, name="certificates"),
    path("certificates/<uuid:run_id>/", views.certificate, name="certificate"),
    path("transfers/", outlying.transfers, name="transfers"),
    path("elsewhere/", outlying.elsewhere, name="elsewhere"),
]
