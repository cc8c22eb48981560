"""Templates changed while the gateway runs."""

from pathlib import Path

from virtual_clock import FakeClock

from gateway.domain.slip import Text
from gateway.observability.metrics import Metrics
from gateway.slips import Templates
from gateway.slips.sample import SAMPLE
from gateway.slips.watch import TemplateWatch


def refused(meter: Metrics) -> float | None:
    return meter.registry.get_sample_value("pos_gateway_slip_templates_refused")


async def test_a_saved_footer_is_on_the_next_slip_and_a_broken_one_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "sale.txt"
    path.write_text("Ждём вас", encoding="utf-8")
    templates, meter = Templates(tmp_path), Metrics()
    watch = TemplateWatch(templates, FakeClock(), meter)
    path.write_text("Ждём вас снова", encoding="utf-8")
    await watch.look()
    assert templates.render("sale", SAMPLE) == (Text(text="Ждём вас снова"),)
    path.write_text("Ждём\n@boom", encoding="utf-8")
    await watch.look()
    assert watch.fault.startswith(f"{path}:2: ")
    assert refused(meter) == 1
    assert templates.render("sale", SAMPLE) == (Text(text="Ждём вас снова"),)
    path.write_text("Ждём завтра", encoding="utf-8")
    await watch.look()
    assert (watch.fault, refused(meter)) == ("", 0)
    assert templates.render("sale", SAMPLE) == (Text(text="Ждём завтра"),)


async def test_a_folder_that_goes_away_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sale.txt"
    path.write_text("Ждём вас", encoding="utf-8")
    templates = Templates(tmp_path)
    watch = TemplateWatch(templates, FakeClock(), Metrics())
    path.unlink()
    await watch.look()
    assert str(tmp_path) in watch.fault
    assert templates.render("sale", SAMPLE) == (Text(text="Ждём вас"),)
