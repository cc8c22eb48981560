"""Phones as cashiers and registers spell them, in the one form the loyalty servers look for."""

import phonenumbers

RUSSIAN_PHONE = 12


def phone_digits(spelt: str) -> str:
    """+7…, 8…, ten digits, with spaces or brackets: the same digits with the country code."""
    if len(spelt) == RUSSIAN_PHONE and spelt.startswith("+7") and spelt[1:].isdigit():
        return spelt[1:]
    try:
        number = phonenumbers.parse(spelt, "RU")
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isdigit, spelt)) or spelt
    return f"{number.country_code}{number.national_number}"
