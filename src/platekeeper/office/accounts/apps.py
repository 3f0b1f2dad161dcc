"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and agencies."""

    name = "platekeeper.office.accounts"
    label = "accounts"
