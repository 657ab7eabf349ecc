"""The same booking by django-hordak, the double-entry ledger that Python's projects take."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from sqlalchemy.engine import make_url

from tests.benchmarks.measure import Work

DAY = date(2026, 3, 1)


class Hordak:
    """A database of its own with two accounts for each thread, as each of our villages has."""

    def __init__(self, url: str, pairs: int) -> None:
        place = make_url(url)
        settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "NAME": place.database,
                    "USER": place.username,
                    "PASSWORD": place.password,
                    "HOST": place.host,
                    "PORT": place.port,
                    "CONN_MAX_AGE": None,
                }
            },
            DEFAULT_CURRENCY="CNY",
            CURRENCIES=["CNY"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
        )
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        self.pairs = [self.open_pair(number) for number in range(pairs)]
        connection.close()

    def open_pair(self, number: int) -> tuple[Any, Any]:
        """What gives and what receives."""
        from hordak.models import Account, AccountType

        def account(name: str, kind: Any) -> Any:
            made = Account.objects.create(name=f"{name} {number}", type=kind, currencies=["CNY"])
            return Account.objects.get(pk=made.pk)

        return account("issuance", AccountType.income), account("household", AccountType.income)

    @contextmanager
    def posting(self, thread: int, events: int) -> Iterator[Work]:
        """A thread's booking of so many events in one transaction."""
        from djmoney.money import Money

        source, target = self.pairs[thread]

        def work(_number: int) -> None:
            with transaction.atomic():
                for _event in range(events):
                    source.transfer_to(target, Money(1, "CNY"), description="award", date=DAY)

        yield work
        connection.close()
