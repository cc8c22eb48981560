"""What the processes of a run are started with: the protocol's times, shorter by one measure, and the programme."""

from pathlib import Path

ACCESS_KEY = "torture-access-key"
OUTLET = "MAG-3"
CUSTOMERS = 80
STARTING_POINTS = 20000
ALMOST_GOLD = 49500
"""Roubles: whoever buys for 500 more rises to gold, and his cashier sees a popup."""
TILLS = 24
LATEST = 1.5
"""Seconds after which the loyalty server may still carry out a call that was given up: within a request's life."""

SEED = Path(__file__).resolve().parents[2] / "config" / "examples" / "sandbox-seed.toml"

# As in a shop, only faster: a request lives twice as long as we wait for it, a release comes after that, and the
# breaker, which has tests of its own, looks again soon enough to let the load through.
CONFIG = """
[outlet]
id = "MAG-3"
timezone = "Europe/Moscow"
[server]
listen = "127.0.0.1:{port}"
admin = "127.0.0.1:0"
[store]
{store}
[frontol]
slips = []
[loyalty]
kind = "mindbox"
url = "{loyalty}"
endpoint = "Demo.Offline"
secret_key_file = "secret-key"
{more}
[budgets]
delivery = 1.0
[sale]
request_life_seconds = 2
queue_life_seconds = 6
release_after_seconds = 4
first_try_seconds = 0.5
parallel_deliveries = 8
[loyalty_guard]
rest_seconds = 0.3
longest_rest_seconds = 0.6
patience_seconds = 1
[popups]
poll_after_close_seconds = 0.4
poll_after_paid_seconds = 0.4
poll_again_after_close_seconds = 1
[[prompts]]
name = "silver-to-gold"
segment = "LevelTransition/SilverToGold"
window_seconds = 8
text = "Поздравьте: золотой уровень"
[log]
level = "info"
"""

REGISTER = """
[[registers]]
kind = "frontol"
id = "{name}"
access_key_file = "access-key"
"""

CUSTOMER = """
[[customers]]
id = "{id}"
phone = "{phone}"
first_name = "Покупатель"
points = {points}
turnover = {turnover}
"""


def register(number: int) -> str:
    return f"KASSA-{number + 1}"


def phone(number: int) -> str:
    return f"7911555{number:04d}"


def customer_id(number: int) -> str:
    return f"8{number:05d}"


def config(*, port: int, loyalty: str, store: str, more: str) -> str:
    """`more` are further keys of the table `[loyalty]`."""
    registers = "".join(REGISTER.format(name=register(number)) for number in range(TILLS))
    return CONFIG.format(port=port, loyalty=loyalty, store=store, more=more) + registers


def write_secrets(folder: Path) -> None:
    (folder / "access-key").write_text(ACCESS_KEY + "\n", encoding="utf-8")
    (folder / "secret-key").write_text("demo-secret-key\n", encoding="utf-8")


def programme() -> str:
    """The example's programme with many customers of its own, most of them just below gold."""
    example, _, _ = SEED.read_text(encoding="utf-8").partition("[[customers]]")
    return example + "".join(
        CUSTOMER.format(id=customer_id(number), phone=phone(number), points=STARTING_POINTS, turnover=ALMOST_GOLD)
        for number in range(CUSTOMERS)
    )
