"""Addresses of the roster."""

from django.urls import path

from platekeeper.office.roster.views import approvals, offices, people, reconciliation, training

app_name = "roster"
urlpatterns = [
    path("", people.people, name="people"),
    path("add/", people.add, name="add"),
    path("classes/", people.classes, name="classes"),
    path("mine/", training.mine, name="mine"),
    path("mine/read/", training.read, name="read"),
    path("training/", training.training, name="training"),
    path("documents/", training.documents, name="documents"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("offices/", offices.offices, name="offices"),
    path("offices/<int:designation_id>/end/", offices.end, name="end_designation"),
    path("deployments/", offices.deployments, name="deployments"),
    path("roster/", reconciliation.reconcile, name="reconcile"),
    path("roster/leave/", reconciliation.leave, name="leave"),
    path("visits/<int:visit_id>/close/", people.close_visit, name="close_visit"),
    path("<int:person_id>/", people.person, name="person"),
    path("<int:person_id>/training/", training.sign, name="sign"),
    path("<int:person_id>/approve/<slug:step>/", approvals.approve, name="approve"),
    path("<int:person_id>/<slug:what>/", people.act, name="act"),
]
