"""The fake city as it stands on one day, built once for all its tests."""

from datetime import date

import pytest

from gateway.demo.city import City, make_city
from item_catalog.catalog import Edition
from item_catalog.loader import load_catalog

TODAY = date(2026, 3, 31)


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_catalog().edition_on(TODAY)


@pytest.fixture(scope="session")
def city(edition: Edition) -> City:
    return make_city(TODAY, edition)
