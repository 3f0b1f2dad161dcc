"""Addresses of a person's own account."""

from django.urls import path

from platekeeper.office.accounts import views

app_name = "accounts"
urlpatterns = [path("password/", views.password, name="password")]
