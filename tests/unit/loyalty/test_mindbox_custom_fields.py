"""Custom fields of a customer, under the names that the project gave them."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.loyalty.mindbox.mapping import customer
from adapters.loyalty.mindbox.settings import MindboxSettings
from adapters.loyalty.mindbox.wire import Envelope, decode
from gateway.domain.customer import Customer

NAMED = {"favourite_category_field": "favCat", "expiring_points_field": "burn", "points_expire_on_field": "burnOn"}


def read(fields: dict[str, Any] | None, **names: str) -> Customer:
    settings = MindboxSettings(kind="mindbox", url="https://x", endpoint="e", secret_key_file="k", **names)  # type: ignore[arg-type]  # names are texts
    block = {"processingStatus": "Found", "ids": {"mindboxId": 7}, "customFields": fields}
    found = customer(msgspec.convert({"status": "Success", "customer": block}, Envelope, strict=False), settings)
    assert found is not None
    return found


def test_fields_are_read_under_the_projects_own_names() -> None:
    anna = read({"favCat": "coffee", "burn": "120.50", "burnOn": "2026-12-01T00:00:00Z"}, **NAMED)
    assert (anna.favourite_category, anna.expiring_points) == ("coffee", Decimal("120.50"))
    assert anna.points_expire_on == date(2026, 12, 1)


@pytest.mark.parametrize("fields", [{}, {"favCat": None}, {"favCat": ""}, {"favCat": []}])
def test_a_category_that_is_not_there_was_not_chosen(fields: dict[str, Any]) -> None:
    assert read(fields, **NAMED).favourite_category == ""


def test_a_project_without_such_fields_says_nothing_of_them() -> None:
    anna = read({"favCat": "coffee"})
    assert (anna.favourite_category, anna.points_expire_on) == (None, None)


def test_odd_values_count_as_none() -> None:
    anna = read({"burn": "many", "burnOn": "soon"}, **NAMED)
    assert (anna.expiring_points, anna.points_expire_on) == (Decimal(0), None)


def test_a_field_comes_back_with_a_small_first_letter_whatever_the_project_calls_it() -> None:
    spelt = {"favourite_category_field": "FavouriteCategory", "points_expire_on_field": "PointsExpireOn"}
    anna = read({"favouriteCategory": ["tea", "coffee"], "pointsExpireOn": "2026-12-01"}, **spelt)
    assert (anna.favourite_category, anna.points_expire_on) == ("tea, coffee", date(2026, 12, 1))


def test_a_server_that_tells_no_custom_fields_does_not_say_that_none_was_chosen() -> None:
    assert read(None, **NAMED).favourite_category is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"Success","balances":null,"discountCards":null,"customerSegmentations":null}',
        b'{"status":"Success","order":{"lines":[{"lineNumber":1,"quantity":"1","appliedPromotions":null}]}}',
        b'{"status":"Success","order":{"lines":[null],"bonusPointsInfo":null},"customer":null}',
    ],
)
def test_a_block_that_is_null_counts_as_missing(body: bytes) -> None:
    assert decode(body).status == "Success"
