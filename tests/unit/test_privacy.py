"""What looks like a CPR number is found wherever it hides; what is something else passes."""

import json
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import is_phone
from shared.people.guard import find_cpr, find_cpr_in_bytes, is_instant

CPR = "0101901234"  # the shape alone: never issued to anybody that we know of


@st.composite
def cpr_shaped(draw: st.DrawFn) -> str:
    """Any day and month that exist, any year, any four digits, with or without a separator."""
    month = draw(st.integers(1, 12))
    day = draw(st.integers(1, 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31))
    rest = draw(st.from_regex(r"[0-9]{2}(-| |–|\u00a0|\u2212|)[0-9]{4}", fullmatch=True))
    return f"{day:02}{month:02}{rest}"


bounded = st.text().filter(lambda text: not text or not (text[0].isalnum() or text[-1].isalnum()))


@given(bounded, cpr_shaped(), bounded)
def test_one_planted_anywhere_between_bounds_is_found(before: str, planted: str, after: str) -> None:
    assert find_cpr({"words": [before + planted + after]}) == "words.0"


@given(st.uuids())
def test_no_uuid_is_refused(made: UUID) -> None:
    assert find_cpr({"id": str(made), str(made): str(made).upper()}) is None
    assert find_cpr(f"https://example.dk/referrals/{made}/place") is None
    assert find_cpr(f"0101.{made}") is None


@given(st.integers(0, 15), st.integers(0, 9999), st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_no_uuid_of_digits_alone_is_refused(version: int, group: int, tail: str) -> None:
    assert find_cpr(f"01019012-{group:04}-{version % 10}123-8{version:03}-{tail}") is None


@given(st.integers(1_000_000_000, 1_099_999_999))
def test_no_p_number_is_refused_in_its_field(number: int) -> None:
    spaced = f"{str(number)[:4]} {str(number)[4:7]} {str(number)[7:]}"
    assert find_cpr({"company": {"p_number": str(number)}}) is None
    assert find_cpr([{"p_number": number}, {"p_number": spaced}]) is None


@given(st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_no_instant_is_refused(at: datetime) -> None:
    assert find_cpr({"at": at.isoformat(), "on": at.date().isoformat(), "z": f"{at:%Y-%m-%dT%H:%M:%S.%f}+0100"}) is None


@pytest.mark.parametrize(
    "text",
    [
        "010190-1234",
        "010190 1234",
        "010190 - 1234",
        "010190–1234",
        "010190\u00a01234",
        "010190\n1234",
        "010190.1234",
        "010190_1234",
        "01 01 90 1234",
        "01 01 90 12 34",
        "01-01-90-1234",
        "01.01.90-1234",
        "0 1 0 1 9 0 1 2 3 4",
        "０１０１９０１２３４",
        "٠١٠١٩٠١٢٣٤",
        "0101\u200b90\u00ad1234",
        "0\u03381\u03380\u03381\u03389\u03380\u03381234",
        "CPR:010190-1234.",
        "cpr0101901234",
        "cprnr010190-1234",
        "(0101901234)",
        "id_0101901234_x",
        "0101901234@example.dk",
        "a.0101901234@example.dk",
        "https://example.dk/p/0101901234",
        "https://example.dk/?cpr=010190-1234&x=1",
        "https://example.dk/?cpr=010190%2D1234",
        "name=a&nr=010190+1234",
        "nr=010190%C2%A01234",
        "311299-1234",
        "290200-4321",
        "610190-1234",
        "6101901234",
        "911299-1234",
        "borger0101901234",
        "Jens010190-1234",
        "010190-1234x",
        "cpr=0101901234&x=1",
        "010190:1234",
        "010190 (1234)",
        "010190\u20221234",
        "010190 / 1234",
        "01.01.90 1234",
        "01.01.1990-1234",
        "01-01-1990 1234",
        "19900101-1234",
        "1990-01-01-1234",
        "010190&nbsp;1234",
        "010190&#45;1234",
        "010190\u2009-\u20091234",
        "\u0966\u0967\u0966\u0967\u096f\u0966-\u0967\u0968\u0969\u096a",
        "deadbeef-0101901234",
    ],
)
def test_it_is_found_in_every_spelling(text: str) -> None:
    assert find_cpr(text) == "$"
    assert find_cpr({"note": f"ring om {text} i morgen"}) == "note"


@pytest.mark.parametrize(
    "text",
    [
        "320190-1234",
        "310490-1234",
        "300290-1234",
        "011390-1234",
        "01019012345",
        "920190-1234",
        "911190-1234",
        "900290-1234",
        "20261123-0900",
        "2026-11-23-0900",
        "121225, 1500 kr.",
        "0af7651916cd43dd8448eb211c80319c",
        "a0101901234bcdef",
        "7f3c0101901234ab",
        "+45 61 12 34 56",
        "61 12 34 56",
        "4561123456",
        "x01019012345",
        "13585628",
        "+45 20 10 12 34",
        "20 10 12 34 20 11 12 34",
        "+46 20 10 12 34 20",
        "20101234",
        "01.06-30.06.2026",
        "01.06-30.06.26",
        "kl. 08.00-16.00 den 01.06.2026",
        "2026-11-23",
        "k.0101.replies.v1",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "10-12 timer om ugen, 37 timer senere",
        "",
    ],
)
def test_what_is_something_else_passes(text: str) -> None:
    assert find_cpr({"note": text}) is None


A_YEAR = range(1_795_000_000, 1_826_536_000, 997)  # 2026-11-18 and on: 18010... to 18063... look like CPR numbers


def test_a_tools_clock_is_no_person_all_the_year_round() -> None:
    assert any(find_cpr(second) for second in A_YEAR)
    for second in A_YEAR:
        assert is_instant(second)
        assert is_instant(str(second))
        assert is_instant(f"t={second}")
        assert is_instant(f"{second}.123456")


@pytest.mark.parametrize(
    "value", [CPR, "180123-4567", "1801234567x", "6101901234", "2101901234", 101901234, True, None]
)
def test_a_number_of_a_person_is_no_clock(value: object) -> None:
    assert not is_instant(value)


@given(st.integers(20_000_000, 99_999_999).map(str))
def test_no_phone_is_refused_in_its_field(number: str) -> None:
    for written in (f"+45{number}", number, f"+45 {number[:2]} {number[2:4]} {number[4:6]} {number[6:]}"):
        assert not is_phone(written) or find_cpr({"phone": written}) is None


def test_a_key_is_text_too_and_its_place_does_not_repeat_it() -> None:
    assert find_cpr({"tasks": [{"ok": 1, CPR: {"x": CPR}}]}) == "tasks.0.*"


def test_the_first_place_is_named() -> None:
    assert find_cpr({"a": "x", "b": [1, {"c": f"se {CPR}"}], "d": CPR}) == "b.1.c"


@pytest.mark.parametrize("number", [101901234, 1012901234, -1012901234, 1.01901234e8])
def test_a_number_has_lost_its_leading_zero(number: float) -> None:
    assert find_cpr({"nr": number}) == "nr"


@pytest.mark.parametrize("value", [None, True, 7, 20101234, 10**30, 55.67594, float("nan"), 1700000000, {}, []])
def test_other_values_pass(value: object) -> None:
    assert find_cpr({"x": value}) is None


def test_an_id_that_is_no_uuid_is_no_shelter() -> None:
    assert find_cpr({"candidate_id": CPR}) == "candidate_id"
    assert find_cpr({"id": f"urn:x:{CPR}"}) == "id"


def test_a_typed_field_shelters_only_what_it_is_for() -> None:
    assert find_cpr({"p_number": CPR}) == "p_number"
    assert find_cpr({"p_number": "3112991234"}) == "p_number"
    assert find_cpr({"p_number": "P 1012345678"}) == "p_number"
    assert find_cpr({"note": "1012345678"}) == "note"
    assert find_cpr({"phone": CPR}) == "phone"
    assert find_cpr({"phone": f"20101234 {CPR}"}) == "phone"
    assert find_cpr({"cvr": CPR}) == "cvr"
    assert find_cpr({"cvr": "13585628", "phone": "+45 20 10 12 34"}) is None


def test_a_phone_number_that_looks_like_one_passes_in_its_field_only() -> None:
    eritrea = "+2911123456"
    assert find_cpr({"phone": eritrea}) is None
    assert find_cpr({"note": eritrea}) == "note"


def test_depth_does_not_stop_the_search() -> None:
    nested: object = CPR
    for _ in range(3000):
        nested = [nested]
    assert find_cpr(nested) is not None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_a_body_that_does_not_parse_is_searched_whole(encoding: str) -> None:
    assert find_cpr_in_bytes('{"note": "æ 010190-1234'.encode(encoding))
    assert not find_cpr_in_bytes('{"note": "æ 320190-1234'.encode(encoding))


def test_escapes_do_not_hide_it_in_a_body() -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in CPR)
    assert json.loads(f'"{escaped}"') == CPR
    assert find_cpr_in_bytes(f'{{"note": "{escaped}'.encode())
    assert find_cpr_in_bytes(f"note={quote('010190-1234', safe='')}".encode())
    assert find_cpr_in_bytes(b"note=%30101901234")
