"""Addresses of dispatch, and of the screen in the car."""

from django.urls import path

from platekeeper.office.dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("stream/", views.stream, name="stream"),
    path("car/", views.car, name="car"),
    path("unit/", views.unit, name="unit"),
    path("unit/report/", views.report, name="report"),
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/<int:ticket_id>/close/", views.close_ticket, name="close_ticket"),
    path("pursuits/<int:pursuit_id>/answer/", views.answer_pursuit, name="answer_pursuit"),
    path("cancellations/<uuid:cancellation_id>/broadcast/", views.broadcast, name="broadcast"),
]
