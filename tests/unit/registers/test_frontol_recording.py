"""A recording holds nothing personal and nothing secret, is never larger than allowed, and can be sent again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.registers.frontol import recording, wire
from adapters.registers.frontol.masking import Masking
from adapters.registers.frontol.recording import Recorded, Recorder, read_recording
from adapters.registers.frontol.simulator.replay import outline
from gateway.errors import ConfigError

MASKING = Masking(b"salt")
ASKED = """\ufeff{ "dateTime": "2026-03-14T18:05:09.250+0300", "cashier": {"code": 14, "name": "Соколова"},
 "client": {"mobilePhone": "+79217654321", "card" : "2900004417", "validationCode":"4821"},
 "values": [{"name": "name", "value": "Игорь"}, {"name": "birthDate", "value": "02.04.1991"},
  {"name": "sex", "value": "m"}],
 "positions": [{"index": 1, "id": "20417", "text": "Кофе", "totalAmount": "779.80"}]}"""
ANSWERED = (
    '{"code":0,"client":{"mobilePhone":"+79217654321","email":"m.petrova@example.org","validationCode":"4821"},'
    '"cashierInformation":[{"text":"Петрова Мария"}],'
    '"printingInformation":[[{"type":"pair","left":"Карта","right":"**** 4417"},{"type":"qrcode","data":"PROMO77"}]]}'
)
PERSONAL = ("Соколова", "9217654321", "2900004417", "4821", "Игорь", "02.04.1991", "Петрова", "m.petrova", "PROMO77")


def test_nothing_personal_and_no_code_is_left() -> None:
    left = (MASKING.asked(ASKED.encode()) + MASKING.answered(ANSWERED.encode())).decode()
    assert [word for word in PERSONAL if word in left] == []


def test_a_masked_request_is_still_the_same_request() -> None:
    before, after = (wire.decode(body) for body in (ASKED.encode(), MASKING.asked(ASKED.encode())))
    assert after["positions"] == before["positions"]
    assert [row["name"] for row in after["values"]] == ["name", "birthDate", "sex"]
    assert after["values"][2] == before["values"][2]
    client = wire.client(after["client"])
    assert (len(client.mobile_phone), client.mobile_phone[:3], len(client.card)) == (12, "+79", 10)


def test_what_is_not_masked_keeps_its_bytes() -> None:
    masked = MASKING.asked(ASKED.encode())
    assert masked.startswith(b'\xef\xbb\xbf{ "dateTime": "2026-03-14T18:05:09.250+0300"')
    assert b'"card" : "' in masked


def test_a_phone_has_one_stand_in_within_a_recording_and_another_one_in_the_next() -> None:
    body = b'{"client":{"mobilePhone":"+79217654321"}}'
    assert MASKING.asked(body) == MASKING.asked(body)
    assert MASKING.asked(body) != Masking(b"other").asked(body)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe{", b"phone=79217654321", '{"card":2900004417}'.encode("cp1251")])
def test_bytes_that_are_no_request_are_masked_too(body: bytes) -> None:
    masked = MASKING.asked(body)
    assert b"79217654321" not in masked
    assert b"2900004417" not in masked


def test_the_scanned_text_of_a_one_time_code_keeps_its_form_only() -> None:
    masked = MASKING.asked(b'{"client":{"card":"QR:79217654321:9911"}}')
    assert b"9911" not in masked
    assert b"79217654321" not in masked
    assert len(json.loads(masked)["client"]["card"]) == len("QR:79217654321:9911")


def row(line: str = "POST /shop/document/ HTTP/1.1") -> Recorded:
    at = datetime(2026, 3, 14, tzinfo=UTC)
    values = {"headers": {}, "status": 200, "milliseconds": 1.5, "asked": "", "answered": ""}
    return Recorded(at=at, register="MAG-3/KASSA-2", operation="calculate", line=line, **values)  # type: ignore[arg-type]


def test_what_was_recorded_is_read_again_masked(tmp_path: Path) -> None:
    path = tmp_path / "till.jsonl"
    recorder = recording.recorder(path, 1)
    recorder.keep(row(), ASKED.encode(), ANSWERED.encode())
    recorder.close()
    [read] = read_recording(path)
    assert (read.resource, b"9217654321" in read.body, b"9217654321" in read.answer) == ("document/", False, False)
    assert path.stat().st_mode & 0o077 == 0


def test_a_recording_never_takes_more_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MEGABYTE", 10_000)
    path = tmp_path / "till.jsonl"
    recorder = Recorder(path, 1)
    for _ in range(50):
        recorder.keep(row(), ASKED.encode(), ANSWERED.encode())
    recorder.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000
    assert list(read_recording(path))


@pytest.mark.parametrize(
    ("path", "resource"),
    [("/a/b/document/", "document/"), ("/x//client", "client/"), ("/extra/client/", "extra/client/")],
)
def test_the_resource_is_found_behind_any_prefix(path: str, resource: str) -> None:
    assert row(f"POST {path} HTTP/1.1").resource == resource


def test_a_file_that_is_no_recording_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "till.jsonl"
    path.write_text("garbage\n")
    with pytest.raises(ConfigError, match="строка 1"):
        list(read_recording(path))


def test_a_recording_that_cannot_be_written_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"frontol\.record"):
        recording.recorder(tmp_path / "absent" / "till.jsonl", 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"code":0,"client":{"availableAmount":1},"document":{}}', "code 0: client.availableAmount"),
        (b'{"code":-1,"error":"x"}', "code -1: error"),
        (b"no", "не JSON"),
        (b"[]", "не объект"),
    ],
)
def test_an_answer_is_outlined_by_its_code_and_members(body: bytes, said: str) -> None:
    assert outline(body) == said
