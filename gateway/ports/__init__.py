"""Every door between what we decide and what others decide."""

from gateway.ports.alarms import AlarmBook, Mailer
from gateway.ports.clock import Clock
from gateway.ports.desks import Checkout, EnrolmentDesk, PromptDesk, StaffDesk, StatusDesk
from gateway.ports.loyalty import Examination, LoyaltyProgram
from gateway.ports.meter import Meter
from gateway.ports.people import Cards, Participants
from gateway.ports.printer import Begin, Printer
from gateway.ports.store import Counts, News, Store, StoreSize
from gateway.ports.texts import Line, Templates
from gateway.ports.till_report import TillReport

__all__ = [
    "AlarmBook",
    "Begin",
    "Cards",
    "Checkout",
    "Clock",
    "Counts",
    "EnrolmentDesk",
    "Examination",
    "Line",
    "LoyaltyProgram",
    "Mailer",
    "Meter",
    "News",
    "Participants",
    "Printer",
    "PromptDesk",
    "StaffDesk",
    "StatusDesk",
    "Store",
    "StoreSize",
    "Templates",
    "TillReport",
]
