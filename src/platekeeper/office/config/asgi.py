"""The application that the web server runs."""

import os

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from platekeeper.office.config.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
application = bounded(get_asgi_application())
# the code of all pages is read now: else whoever opens the first page waits for it, a second and more
_ = get_resolver().url_patterns
