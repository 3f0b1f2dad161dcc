"""Addresses of one's messages."""

from django.urls import path

from platekeeper.office.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.messages, name="messages"),
    path("push/", views.push, name="push"),
    path("seen/", views.all_seen, name="all_seen"),
    path("<int:notice_id>/", views.open_message, name="open"),
]
