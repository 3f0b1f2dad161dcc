"""The application that the web server runs."""

import os

from django.core.asgi import get_asgi_application

from platekeeper.office.config.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
application = bounded(get_asgi_application())
