"""Whether the sale went through, by the loyalty server's own view alone. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from loyalty_view import Json, moment
from words import Words

SHOWN = "PopupShown"
RETURNED = "PartlyReturned"
CODE_PREFIX = "UP-"


@dataclass(frozen=True)
class Expected:
    """What the story must leave behind: roubles, points, seconds."""

    total: Decimal
    spent: Decimal
    earned: Decimal
    balance: Decimal
    points_back: Decimal
    earned_back: Decimal
    window: float


@dataclass(frozen=True)
class View:
    """Since the story began, except the customer, who is as he stands."""

    orders: list[Json]
    calls: list[Json]
    customer: Json


@dataclass(frozen=True)
class Check:
    """`of_popup`: may be left to a person who does not look."""

    good: bool
    text: str
    of_popup: bool = False


def checks(sold: View, returned: View, expected: Expected, say: Words) -> list[Check]:
    """Every fact of the story, before and after the return; where there is no sale, nothing is said of its sums."""
    sale, popup = _sale(sold, expected, say), _popup(sold, expected, say)
    return [*sale, *popup, *_refund(returned, expected, say), _calls(returned, say)]


def _sale(view: View, expected: Expected, say: Words) -> list[Check]:
    if len(view.orders) != 1:
        return [Check(good=False, text=say("many_sales" if view.orders else "no_sale", count=len(view.orders)))]
    order, status = view.orders[0], view.orders[0]["status"]
    once = order["createdTimes"] == 1
    return [
        Check(good=once, text=say("ok_once" if once else "many_sales", count=order["createdTimes"])),
        Check(good=status == "Paid", text=say("ok_paid" if status == "Paid" else "not_paid", status=status)),
        _sum("total", order["total"], expected.total, say),
        _sum("spent", order["spent"], expected.spent, say),
        _sum("earned", order["earned"], expected.earned, say),
        _sum("balance", view.customer["available"], expected.balance, say),
    ]


def _sum(name: str, value: Decimal | int, wanted: Decimal, say: Words) -> Check:
    good = Decimal(value) == wanted
    return Check(
        good=good, text=say(f"ok_{name}" if good else f"bad_{name}", value=plain(value), wanted=plain(wanted))
    )


def _refund(view: View, expected: Expected, say: Words) -> list[Check]:
    if [order["status"] for order in view.orders] != [RETURNED]:
        return [Check(good=False, text=say("no_refund"))]
    back = [line["product"] for line in view.orders[0]["lines"] if line["status"] == "Returned"]
    balance = Decimal(view.customer["available"])
    wanted = expected.balance + expected.points_back - expected.earned_back
    name = "ok_points_back" if balance == wanted else "bad_points_back"
    sums = {"value": plain(expected.points_back), "taken": plain(expected.earned_back)}
    if balance != wanted:
        sums = {"value": plain(balance), "wanted": plain(wanted)}
    return [
        Check(good=len(back) == 1, text=say("ok_refund", name=", ".join(back))),
        Check(good=balance == wanted, text=say(name, **sums)),
    ]


def _popup(view: View, expected: Expected, say: Words) -> list[Check]:
    codes = [code for code in view.customer["promoCodes"] if str(code).startswith(CODE_PREFIX)]
    text = say("ok_code" if codes else "no_code", code=", ".join(codes))
    code = Check(good=len(codes) == 1, text=text, of_popup=True)
    return [_shown(view, expected, say), code]


def _shown(view: View, expected: Expected, say: Words) -> Check:
    shown = [action for action in view.customer["actions"] if action["operation"].endswith(SHOWN)]
    if len(shown) != 1:
        text = say("shown_often" if shown else "not_shown", count=len(shown))
        return Check(good=False, text=text, of_popup=True)
    if not view.orders:
        return Check(good=False, text=say("no_sale"))
    passed = (moment(shown[0]["at"]) - moment(view.orders[0]["at"])).total_seconds()
    in_time = passed <= expected.window
    return Check(good=in_time, text=say("ok_shown" if in_time else "shown_late", seconds=f"{passed:.1f}"))


def _calls(view: View, say: Words) -> Check:
    refused = [call["operation"] for call in view.calls if call["status"] != "Success"]
    text = say("bad_calls", names=", ".join(refused)) if refused else say("ok_calls", count=len(view.calls))
    return Check(good=not refused, text=text)


def plain(amount: Decimal | int) -> str:
    """Without idle zeros: 3180, 214.08."""
    return f"{Decimal(amount).normalize():f}"
