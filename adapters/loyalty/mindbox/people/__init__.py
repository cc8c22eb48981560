"""Mindbox's operations about people: joining, codes, cards, histories. A cashier waits for each."""

from adapters.loyalty.mindbox.people.client import MindboxPeople

__all__ = ["MindboxPeople"]
