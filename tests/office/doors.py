"""Coming in: a client of somebody who logged in with password and second factor, as pages demand it."""

from django.test import Client

from platekeeper.office.accounts.models import Person


def logged_in(person: Person, **given: object) -> Client:
    """Return a client whose session passed both factors; `given` overrides what the session keeps."""
    client = Client()
    client.force_login(person)
    session = client.session
    session.update({"second_factor": True, **given})
    session.save()
    return client
