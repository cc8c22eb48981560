"""Slips as ESC/POS bytes: the language of Epson's receipt printers and their clones."""
