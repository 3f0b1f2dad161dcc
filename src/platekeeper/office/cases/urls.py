"""Addresses of cases."""

from django.urls import path

from platekeeper.office.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="cases"),
    path("pin/", views.pin, name="pin"),
    path("<int:number>/", views.case, name="case"),
    path("<int:number>/note/", views.note, name="note"),
    path("<int:number>/member/", views.member, name="member"),
    path("<int:number>/close/", views.close, name="close"),
]
