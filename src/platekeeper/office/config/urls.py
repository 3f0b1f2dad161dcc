"""Where every page stands."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from platekeeper.office.alerts.views import take


@login_not_required
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Say that the server answers; nothing more is told without a log-in."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="alerts:board"), name="home"),
    path("health/", health, name="health"),
    path("log/", include("allauth.account.urls")),
    path("account/", include("platekeeper.office.accounts.urls")),
    path("rights/", include("platekeeper.office.access.urls")),
    path("alerts/", include("platekeeper.office.alerts.urls")),
    path("search/", include("platekeeper.office.search.urls")),
    path("reads/", include("platekeeper.office.reads.urls")),
    path("audits/", include("platekeeper.office.audits.urls")),
    path("public/", include("platekeeper.office.transparency.urls")),
    path("api/reads", take, name="take_reads"),
]
