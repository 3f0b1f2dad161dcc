"""Addresses of a person's own account, and of what administrators do at the door."""

from django.urls import path

from platekeeper.office.accounts import door_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("password/", views.password, name="password"),
    path("sessions/others/end/", views.end_others, name="end_others"),
    path("sessions/<uuid:session_id>/end/", views.end_session, name="end_session"),
    path("terminal/", views.enrol, name="enrol"),
    path("terminals/", door_views.terminals, name="terminals"),
    path("terminals/<int:terminal_id>/revoke/", door_views.revoke, name="revoke_terminal"),
    path("of/<str:username>/", door_views.person, name="person"),
]
