"""The configuration as typed values: one TOML file, strict, every key with a default that works."""

from gateway.settings.loyalty import Budgets, LimitedMode, LoyaltyGuard
from gateway.settings.monitoring import Alarms, Log
from gateway.settings.paper import Printing, Templates
from gateway.settings.places import Outlet, Register, Server
from gateway.settings.popups import Popups, Prompt
from gateway.settings.sales import Keeping, SaleTimes
from gateway.settings.whole import Settings

__all__ = [
    "Alarms",
    "Budgets",
    "Keeping",
    "LimitedMode",
    "Log",
    "LoyaltyGuard",
    "Outlet",
    "Popups",
    "Printing",
    "Prompt",
    "Register",
    "SaleTimes",
    "Server",
    "Settings",
    "Templates",
]
