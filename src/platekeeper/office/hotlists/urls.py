"""Addresses of the hot lists."""

from django.urls import path

from platekeeper.office.hotlists import views

app_name = "hotlists"
urlpatterns = [
    path("", views.hot_lists, name="hot_lists"),
    path("waiting/<int:version>/", views.waiting, name="waiting"),
    path("own/start/", views.start, name="start"),
    path("entries/new/", views.new_entry, name="new_entry"),
    path("entries/<int:request_id>/", views.entry, name="entry"),
    path("entries/<int:request_id>/step/", views.decide, name="decide"),
]
