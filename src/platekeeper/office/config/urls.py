"""Where every page stands."""

from allauth.account.views import login, logout, reauthenticate
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from platekeeper.office.access.context import first_place
from platekeeper.office.accounts.federation_views import come_back, leave, take_response
from platekeeper.office.accounts.people import person_of
from platekeeper.office.alerts.views import take
from platekeeper.office.config import machine_api
from platekeeper.office.notices.views import worker as push_worker
from platekeeper.office.reads.views import image
from platekeeper.office.search.read_page import read


@login_not_required
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Say that the server answers; nothing more is told without a log-in."""
    return HttpResponse("ok", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:
    """Lead a person to the first place that is open to them."""
    return redirect(first_place(person_of(request)))


_API = [
    path("", machine_api.documentation, name="documentation"),
    path("health", machine_api.health, name="health"),
    path("openapi.json", machine_api.document, name="document"),
]
_READS = [
    path("<uuid:read_id>/", read, name="read"),
    path("<uuid:read_id>/images/<slug:role>/", image, name="image"),
]
urlpatterns = [
    path("", home, name="home"),
    path("health/", health, name="health"),
    path("log/in/", login, name="account_login"),
    path("log/in/with/<slug:slug>/", leave, name="federation_leave"),
    path("log/in/with/<slug:slug>/back/", come_back, name="federation_back"),
    path("log/in/with/<slug:slug>/response/", take_response, name="federation_response"),
    path("log/in/again/", reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("log/out/", logout, name="account_logout"),
    path("account/", include("platekeeper.office.accounts.urls")),
    path("rights/", include("platekeeper.office.access.urls")),
    path("alerts/", include("platekeeper.office.alerts.urls")),
    path("hot-lists/", include("platekeeper.office.hotlists.urls")),
    path("search/", include("platekeeper.office.search.urls")),
    path("reads/", include((_READS, "reads"))),
    path("audits/", include("platekeeper.office.audits.urls")),
    path("messages/", include("platekeeper.office.notices.urls")),
    path("push-worker.js", push_worker, name="push_worker"),
    path("records-system/", include("platekeeper.office.rms.urls")),
    path("people/", include("platekeeper.office.roster.urls")),
    path("policy/", include("platekeeper.office.governance.urls")),
    path("dispatch/", include("platekeeper.office.dispatch.urls")),
    path("cases/", include("platekeeper.office.cases.urls")),
    path("retention/", include("platekeeper.office.retention.urls")),
    path("releases/", include("platekeeper.office.sharing.urls")),
    path("evidence/", include("platekeeper.office.evidence.urls")),
    path("misuse/", include("platekeeper.office.misuse.urls")),
    path("compliance/", include("platekeeper.office.compliance.urls")),
    path("public/", include("platekeeper.office.transparency.urls")),
    path("api/reads", take, name="take_reads"),
    path("api/", include((_API, "api"))),
]
