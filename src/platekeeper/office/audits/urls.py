"""Addresses for auditors."""

from django.urls import path

from platekeeper.office.audits import ledger_pages, views

app_name = "audits"
urlpatterns = [
    path("records/", views.access_records, name="access_records"),
    path("records/<uuid:record_id>/", views.access_record, name="access_record"),
    path("records/<uuid:record_id>/proof.jsonl", ledger_pages.proof, name="proof"),
    path("ledger/", ledger_pages.ledger, name="ledger"),
    path("ledger/verify.py", ledger_pages.verifier, name="verifier"),
    path("ledger/public.key", ledger_pages.public_key, name="public_key"),
    path("ledger/checkpoint.txt", ledger_pages.checkpoint, name="checkpoint"),
    path("ledger/export.jsonl", ledger_pages.export, name="export"),
    path("ledger/since/<int:size>.jsonl", ledger_pages.since, name="since"),
]
