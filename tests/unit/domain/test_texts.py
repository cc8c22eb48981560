"""What a cashier reads: every phrase in both languages, and points counted as people count."""

import re
from decimal import Decimal

import pytest

from gateway.domain.texts import EN, RU, Language, Phrase, points, say

PLACE = re.compile(r"\{(\w*)\}")


@pytest.mark.parametrize("phrase", Phrase)
def test_a_phrase_is_there_in_both_languages_with_the_same_places(phrase: Phrase) -> None:
    assert RU[phrase].strip()
    assert EN[phrase].strip()
    assert sorted(PLACE.findall(RU[phrase])) == sorted(PLACE.findall(EN[phrase]))


def test_there_is_no_text_without_a_phrase() -> None:
    assert set(RU) == set(EN) == set(Phrase)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("phrase", Phrase)
def test_a_phrase_is_said_with_its_values(language: Language, phrase: Phrase) -> None:
    values = {name: f"<{name}>" for name in PLACE.findall(RU[phrase])}
    said = say(language, phrase, **values)
    assert "{" not in said
    assert all(value in said for value in values.values())


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "0 баллов"),
        ("1", "1 балл"),
        ("2", "2 балла"),
        ("4", "4 балла"),
        ("5", "5 баллов"),
        ("10", "10 баллов"),
        ("11", "11 баллов"),
        ("14", "14 баллов"),
        ("21", "21 балл"),
        ("22", "22 балла"),
        ("111", "111 баллов"),
        ("112", "112 баллов"),
        ("121", "121 балл"),
        ("1000", "1000 баллов"),
        ("150.00", "150 баллов"),
        ("68.18", "68,18 балла"),
        ("1.50", "1,5 балла"),
    ],
)
def test_points_in_russian_have_three_forms_and_a_comma(amount: str, said: str) -> None:
    assert points(Language.RU, Decimal(amount)) == said


@pytest.mark.parametrize(
    ("amount", "said"), [("1", "1 point"), ("1.00", "1 point"), ("2", "2 points"), ("0.5", "0.5 points")]
)
def test_points_in_english_have_two(amount: str, said: str) -> None:
    assert points(Language.EN, Decimal(amount)) == said
