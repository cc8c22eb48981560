"""The composition root: beside the workbench the only room that knows adapters. A new kind is one line in a table."""

from gateway.bootstrap.administration import admin_token
from gateway.bootstrap.building import Gateway, build, check
from gateway.bootstrap.loyalty_server import loyalty, loyalty_examination
from gateway.bootstrap.stores import attach, state_folder, store_settings
from gateway.bootstrap.tills import registers, till_report

__all__ = [
    "Gateway",
    "admin_token",
    "attach",
    "build",
    "check",
    "loyalty",
    "loyalty_examination",
    "registers",
    "state_folder",
    "store_settings",
    "till_report",
]
