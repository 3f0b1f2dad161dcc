"""Addresses of reads."""

from django.urls import path

from platekeeper.office.reads import views

app_name = "reads"
urlpatterns = [
    path("<uuid:read_id>/", views.read, name="read"),
    path("<uuid:read_id>/images/<slug:role>/", views.image, name="image"),
]
