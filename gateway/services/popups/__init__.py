"""The popup after the sale: asked for (`polling`), shown and answered (`desk`), told to the server (`reporting`).

A popup is worth something for two minutes only: later it would greet the wrong customer. Everything here
survives a restart, and nothing is shown or reported after its deadline.
"""

from gateway.services.popups.desk import PopupDesk
from gateway.services.popups.floor import Floor
from gateway.services.popups.polling import PollTimes, PopupPolling
from gateway.services.popups.reporting import PopupReporting

__all__ = ["Floor", "PollTimes", "PopupDesk", "PopupPolling", "PopupReporting"]
