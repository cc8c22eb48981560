"""The cashier's page in a real browser, as a cashier sees and uses it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from acceptance.cashier_desk import MemoryDesk, make_prompt, serving, until
from browser.chromium import Tab
from msgspec.structs import replace

from gateway.domain.prompt import PromptState

pytestmark = pytest.mark.browser

GREETING = "Поздравьте Анну с золотым уровнем: теперь с каждой покупки возвращается 7\u00a0% баллами"
BIRTHDAY = "У покупателя через 3 дня день рождения. Пожелайте хорошего праздника!"
TEXT = "document.querySelector('.text')?.textContent"
CARDS = "document.querySelectorAll('article').length"
SOUND = "document.querySelector('#sound').getAttribute('aria-pressed')"
LINK = "document.querySelector('#link').dataset.state"
FOCUSED = "document.activeElement.tagName === 'BUTTON'"
FAILURE = "(document.querySelector('.failure')?.textContent ?? '')"
HIDDEN = "Object.defineProperty(document, 'visibilityState', {get: () => 'hidden', configurable: true}); 0"
IN_FRONT = "delete document.visibilityState; 0"


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
async def address(desk: MemoryDesk) -> AsyncIterator[str]:
    async with serving(desk) as address:
        yield address


async def opened(tab: Tab, address: str) -> None:
    await tab.open(f"{address}/1?lang=ru")
    await tab.until(f"{LINK} === 'connected'")


async def raised(tab: Tab, desk: MemoryDesk, prompt_id: str = "a", text: str = GREETING) -> None:
    """A prompt offered, its popup up and settled: keys in its first moment are not taken as an answer."""
    await desk.offer(make_prompt(prompt_id, text))
    await tab.until(f"document.getElementById('text-{prompt_id}') && {FOCUSED}")
    await asyncio.sleep(0.5)


async def test_popup_appears_and_a_click_confirms_it(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await tab.look(1366, 768, "light")
    await opened(tab, address)
    assert "Сообщений нет" in await tab.run("document.body.innerText")
    await tab.screenshot("cashier-idle-light")
    await raised(tab, desk)
    assert await tab.run(TEXT) == GREETING
    assert await tab.run("document.title") == "(1) Касса 1"
    await tab.screenshot("cashier-popup-light")
    await tab.click("article button")
    await until(lambda: desk.state("a") is PromptState.SHOWN)
    await tab.until(f"{CARDS} === 0")
    await tab.until("document.querySelector('#told').textContent === 'Сохранено'")
    await tab.screenshot("cashier-saved-light")
    assert await tab.run("document.title") == "Касса 1"


@pytest.mark.parametrize("key", ["Enter", " "])
async def test_key_confirms_the_popup_wherever_the_cashier_clicked_before(
    tab: Tab, desk: MemoryDesk, address: str, key: str
) -> None:
    await opened(tab, address)
    await raised(tab, desk)
    await tab.click("h1")
    await tab.press(key)
    await until(lambda: desk.state("a") is PromptState.SHOWN)
    await tab.until(f"{CARDS} === 0")


@pytest.mark.parametrize("key", ["Enter", " "])
async def test_barcode_scanner_does_not_confirm_the_popup(tab: Tab, desk: MemoryDesk, address: str, key: str) -> None:
    await opened(tab, address)
    await raised(tab, desk)
    await tab.press(*"4601234567893", key)
    await asyncio.sleep(0.3)
    assert desk.state("a") is PromptState.OFFERED
    await tab.press("Enter")
    await until(lambda: desk.state("a") is PromptState.SHOWN)


async def test_second_popup_takes_the_focus_once_the_first_is_answered(
    tab: Tab, desk: MemoryDesk, address: str
) -> None:
    await tab.look(1920, 1080, "light")
    await opened(tab, address)
    await raised(tab, desk)
    await raised(tab, desk, "b", BIRTHDAY)
    assert await tab.run("document.querySelectorAll('article')[1].getBoundingClientRect().bottom") <= 1080
    await tab.screenshot("cashier-two-popups")
    await tab.press("Enter")
    await tab.until(f"{CARDS} === 1 && {FOCUSED}")
    assert await tab.run(TEXT) == BIRTHDAY
    await asyncio.sleep(0.5)
    await tab.press("Enter")
    await tab.until(f"{CARDS} === 0")
    await until(lambda: desk.state("b") is PromptState.SHOWN)


async def test_double_click_answers_one_popup_only(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await opened(tab, address)
    await desk.offer(make_prompt("a"))
    await raised(tab, desk, "b")
    await tab.click("article button")
    await tab.until(f"{CARDS} === 1")
    await tab.click("article button")
    await asyncio.sleep(0.3)
    assert desk.state("a") is PromptState.SHOWN
    assert desk.state("b") is PromptState.OFFERED
    await asyncio.sleep(0.3)
    await tab.click("article button")
    await until(lambda: desk.state("b") is PromptState.SHOWN)


async def test_a_click_is_told_again_until_it_is_saved(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await tab.look(1366, 768, "dark")
    await opened(tab, address)
    await raised(tab, desk)
    desk.broken = True
    await tab.click("article button")
    await tab.until(FAILURE + " === 'Ещё не сохранено, страница повторяет сама'")
    await asyncio.sleep(0.2)
    await tab.screenshot("cashier-not-saved-dark")
    desk.broken = False
    await tab.until(f"{CARDS} === 0")
    assert desk.state("a") is PromptState.SHOWN


async def test_a_popup_without_a_click_counts_once_seen_and_is_told_again_until_it_is_saved(
    tab: Tab, desk: MemoryDesk, address: str
) -> None:
    await opened(tab, address)
    desk.broken_answers = True
    await tab.run(HIDDEN)
    prompt = replace(make_prompt("a"), click_needed=False, seen_after=timedelta(seconds=1))
    await desk.offer(prompt)
    await tab.until(f"{CARDS} === 1")
    await asyncio.sleep(1.5)
    assert await tab.run(FAILURE) == "", "behind another window nobody has seen it"
    await tab.run(IN_FRONT)
    await tab.until(FAILURE + " !== ''")
    desk.broken_answers = False
    await tab.until(f"{CARDS} === 0")
    assert desk.state("a") is PromptState.SHOWN


async def test_an_answer_that_came_too_late_is_not_told_again(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await opened(tab, address)
    await raised(tab, desk)
    desk.broken = True
    await desk.expire("a")
    await tab.click("article button")
    await tab.until(FAILURE + " !== ''")
    desk.broken = False
    await tab.until(f"{CARDS} === 0")
    assert desk.state("a") is PromptState.EXPIRED


async def test_popup_goes_when_the_gateway_withdraws_it_or_its_time_is_over(
    tab: Tab, desk: MemoryDesk, address: str
) -> None:
    await opened(tab, address)
    await raised(tab, desk)
    await desk.expire("a")
    await tab.until(f"{CARDS} === 0")
    await desk.offer(make_prompt("b", stays=1))
    await tab.until(f"{CARDS} === 1")
    await tab.until(f"{CARDS} === 0", seconds=3)
    assert desk.state("b") is PromptState.OFFERED


async def test_lost_connection_is_shown_and_comes_back_by_itself(tab: Tab, desk: MemoryDesk) -> None:
    async with serving(desk) as address:
        await opened(tab, address)
        port = int(address.split(":")[2].split("/")[0])
    await tab.until(f"{LINK} === 'offline'")
    assert await tab.run("document.querySelector('#link').innerText") == "нет связи"
    assert "Сообщений нет" not in await tab.run("document.body.innerText")
    await tab.look(1366, 768, "light")
    await tab.screenshot("cashier-offline")
    again = MemoryDesk()
    await again.offer(make_prompt("a"))
    async with serving(again, port=port):
        await tab.until(f"{LINK} === 'connected' && {CARDS} === 1")


async def test_a_day_of_popups_leaves_nothing_behind_on_the_page(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await opened(tab, address)
    before = await tab.run("document.querySelectorAll('*').length")
    for number in range(150):
        await desk.offer(make_prompt(f"p-{number}"))
        await desk.expire(f"p-{number}")
    await raised(tab, desk, "last")
    await tab.click("article button")
    await tab.until(f"{CARDS} === 0 && cards.size === 0")
    assert await tab.run("document.querySelectorAll('*').length") == before


async def test_the_sound_is_switched_by_keyboard_and_kept_for_the_next_time(
    tab: Tab, desk: MemoryDesk, address: str
) -> None:
    await opened(tab, address)
    assert await tab.run(SOUND) == "false"
    await tab.run("document.querySelector('#sound').focus()")
    await tab.press("Enter")
    await tab.until(f"{SOUND} === 'true'")
    await tab.run("location.reload()")
    await tab.until(f"document.readyState === 'complete' && {SOUND} === 'true'")
    await raised(tab, desk)
    assert await tab.run("audio.constructor.name") == "AudioContext", "it was asked to sound"


async def test_text_is_shown_as_text(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await opened(tab, address)
    await raised(tab, desk, text="<img src=x onerror=\"document.title='gone'\"><b>5 & 6</b>")
    assert await tab.run(TEXT) == "<img src=x onerror=\"document.title='gone'\"><b>5 & 6</b>"
    assert await tab.run("document.querySelectorAll('.text *').length") == 0


@pytest.mark.parametrize(("width", "height"), [(320, 568), (800, 600), (1024, 768), (1920, 1080)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_fits_every_screen(
    tab: Tab, desk: MemoryDesk, address: str, width: int, height: int, scheme: str
) -> None:
    await tab.look(width, height, scheme)
    await opened(tab, address)
    await raised(tab, desk)
    await tab.screenshot(f"cashier-{width}-{scheme}")
    assert await tab.run("document.documentElement.scrollWidth") <= width
    assert await tab.run("document.querySelector('article button').getBoundingClientRect().bottom") <= height
    assert await tab.run("parseFloat(getComputedStyle(document.querySelector('.text')).fontSize)") >= 28
    ground = await tab.run("getComputedStyle(document.body).backgroundColor")
    assert (int(ground.split("(")[1].split(",")[0]) > 128) == (scheme == "light")


async def test_page_speaks_english_when_asked(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await tab.look(1366, 768, "light")
    await tab.open(f"{address}/1?lang=en")
    await raised(tab, desk, text="Anna is Gold now: congratulate her")
    assert await tab.run("document.documentElement.lang") == "en"
    assert await tab.run("document.querySelector('article button').textContent") == "Congratulated"
    await tab.screenshot("cashier-english")


async def test_long_text_leaves_the_button_on_the_screen(tab: Tab, desk: MemoryDesk, address: str) -> None:
    await tab.look(1024, 768, "light")
    await opened(tab, address)
    await raised(tab, desk, text=f"{GREETING}.\n{BIRTHDAY}\n{GREETING}. {BIRTHDAY}")
    await tab.screenshot("cashier-long-text")
    top, bottom = await tab.run(
        "[document.querySelector('.text').getBoundingClientRect().top,"
        "document.querySelector('article button').getBoundingClientRect().bottom]"
    )
    assert 0 < top < bottom < 768
