"""Screens that raise popups for the cashier or show the gateway's state."""
