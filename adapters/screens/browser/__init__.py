"""The cashier's page: a browser tab on the register that shows popups and confirms that they were seen."""

from adapters.screens.browser.server import routes

__all__ = ["routes"]
