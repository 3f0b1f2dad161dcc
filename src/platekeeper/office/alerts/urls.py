"""Addresses of alerts."""

from django.urls import path

from platekeeper.office.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.board, name="board"),
    path("stream/", views.stream, name="stream"),
    path("<uuid:alert_id>/", views.alert, name="alert"),
    path("<uuid:alert_id>/card/", views.card, name="card"),
    path("<uuid:alert_id>/step/", views.step, name="step"),
]
