"""What is in the baskets: goods at the till's prices, for known customers and others."""

import random
from uuid import UUID

from adapters.registers.frontol.simulator import Basket, Document
from adapters.registers.frontol.wire import Client
from torture_run.settings import CUSTOMERS, phone

BY_THE_PIECE = "5002"
GOODS = ((BY_THE_PIECE, "Шампунь"), ("1033", "Сыр весовой"), ("77001", "Гель"), ("77002", "Мыло"))
KNOWN = 0.6


def begun(chance: random.Random, number: int) -> Document:
    """An open receipt, everything scanned."""
    basket = Basket()
    for _ in range(chance.randint(1, 3)):
        basket = _scanned(basket, chance)
    known = chance.random() < KNOWN
    customer = Client(mobile_phone="+" + phone(chance.randrange(CUSTOMERS))) if known else Client()
    uid = UUID(int=chance.getrandbits(128), version=4)
    return Document(uid=uid, number=number, shift=1, client=customer, basket=basket)


def _scanned(basket: Basket, chance: random.Random) -> Basket:
    sku, name = chance.choice(GOODS)
    if sku == BY_THE_PIECE:
        return basket.scan(sku, name, f"{chance.randint(20, 400)}.00", str(chance.randint(1, 3)))
    return basket.scan(sku, name, f"{chance.randint(20, 900)}.{chance.randint(0, 99):02d}")
