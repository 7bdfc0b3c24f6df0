"""What looks like a CPR number is found wherever it hides; what is something else passes."""

import base64
import csv
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people.guard import find_cpr, find_cpr_in_attributes, find_cpr_in_bytes, where

CPR = "0101901234"  # the shape alone: never issued to anybody that we know of


@st.composite
def cpr_shaped(draw: st.DrawFn) -> str:
    """Any day and month that exist, also of a replacement number, any year, any four digits, with or without a mark."""
    month = draw(st.integers(1, 12))
    day = draw(st.integers(1, 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)) + draw(
        st.sampled_from([0, 60])
    )
    rest = draw(st.from_regex(r"[0-9]{2}(-| |–|\u00a0|\u2212|•| \(|)[0-9]{4}", fullmatch=True))
    return f"{day:02}{month:02}{rest}"


bounded = st.text().filter(lambda text: not text or not (text[0].isalnum() or text[-1].isalnum()))


@given(bounded, cpr_shaped(), bounded)
def test_one_planted_anywhere_between_bounds_is_found(before: str, planted: str, after: str) -> None:
    assert find_cpr({"words": [before + planted + after]}) == "words.0"


@given(
    st.from_regex(r"[a-zæøåA-ZÆØÅ]{0,12}", fullmatch=True),
    cpr_shaped(),
    st.from_regex(r"[g-zG-Z]{0,12}", fullmatch=True),
)
def test_letters_around_it_are_no_shelter(before: str, planted: str, after: str) -> None:
    glued = f"{before}{planted}{after}"
    assert find_cpr(glued) == "$"
    assert find_cpr({glued: 1}) == "*"
    assert find_cpr({"source": f"/esbjerg/{glued}/sag"}) == "source"


@given(st.uuids(allow_nil=True))
def test_no_uuid_is_refused(made: UUID) -> None:
    assert find_cpr({"id": str(made), str(made): str(made).upper(), "hex": [made.hex, f"{{{made}}}", made.urn]}) is None
    assert find_cpr(f"https://example.dk/referrals/{made}/place?trace={made.hex}") is None
    assert find_cpr(f"0101.{made}") is None


@given(st.integers(0, 15), st.integers(0, 9999), st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_no_uuid_of_digits_alone_is_refused(version: int, group: int, tail: str) -> None:
    assert find_cpr(f"01019012-{group:04}-{version % 10}123-8{version:03}-{tail}") is None


def test_no_random_id_is_refused() -> None:
    chance = random.Random(1)
    for _ in range(20_000):
        raw = chance.randbytes(32)
        ids = [str(UUID(bytes=raw[:16])), raw.hex(), raw[:16].hex(), raw[:8].hex(), raw[:20].hex()]
        assert find_cpr([*ids, f"00-{raw[:16].hex()}-{raw[16:24].hex()}-01"]) is None
    looks_alike = [base64.b64encode(chance.randbytes(32)).decode() for _ in range(20_000)]
    assert sum(find_cpr(text) is not None for text in looks_alike) <= 2, "one in about 200,000"


@given(st.integers(1_000_000_000, 1_099_999_999))
def test_no_p_number_is_refused_in_its_field(number: int) -> None:
    spaced = f"{str(number)[:4]} {str(number)[4:7]} {str(number)[7:]}"
    assert find_cpr({"company": {"p_number": str(number)}}) is None
    assert find_cpr([{"p_number": number}, {"p_number": spaced}]) is None


@given(st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_no_instant_is_refused(at: datetime) -> None:
    assert find_cpr({"at": at.isoformat(), "on": at.date().isoformat(), "z": f"{at:%Y-%m-%dT%H:%M:%S.%f}+0100"}) is None
    assert find_cpr([f"{at:%Y%m%dT%H%M%S}+0100", f"{at:%Y%m%dT%H%M%S.%f}Z", f"{at:%a %b %d %H:%M:%S} 2026"]) is None
    assert find_cpr([f"kl. {at:%H.%M} den {at:%d.%m.%Y}", f"{at:%a, %d %b} 2026 {at:%H:%M:%S} +0100"]) is None


PLAIN = [
    "0101901234",
    "010190-1234",
    "010190 1234",
    "010190 - 1234",
    "010190  -  1234",
    "010190----1234",
    "010190 ... 1234",
    "010190.1234",
    "010190_1234",
    "010190/1234",
    "010190:1234",
    "010190;1234",
    "010190, 1234",
    "010190+1234",
    "010190*1234",
    "010190=1234",
    "010190~1234",
    "010190|1234",
    "010190\\1234",
    "010190'1234",
    '010190","1234',
    "010190 (1234)",
    "(010190) 1234",
    "(010190) - (1234)",
    "[010190][1234]",
    "<010190-1234>",
    "**010190**-1234",
    "010190-12 34",
    "010190 1 2 3 4",
    "01 01 90 1234",
    "01 01 90 12 34",
    "01-01-90-1234",
    "01-01-90 1234",
    "01.01.90-1234",
    "01.01.90 1234",
    "01.01.90.12.34",
    "01. 01. 90 1234",
    "01 - 01 - 90 - 1234",
    "01/01/90-1234",
    "01/01-90 1234",
    "01/01 90 1234",
    "01:01:90:1234",
    "0101 90 1234",
    "010 190 1234",
    "01019 01234",
    "0 1 0 1 9 0 1 2 3 4",
    "0,1,0,1,9,0,1,2,3,4",
    "nr 7 01 01 90 1234",
    "Nygade 24 01 01 90 1234",
    "12 010190-1234",
]
FULL_YEAR = [
    "01.01.1990-1234",
    "01-01-1990 1234",
    "01/01-1990-1234",
    "01011990-1234",
    "010119901234",
    "19900101-1234",
    "199001011234",
    "1990-01-01-1234",
    "1990-01-01 1234",
    "1990/01/01/1234",
    "31.12.2019-1234",
]
REPLACEMENT = ["610190-1234", "6101901234", "910190-1234", "890290 1234", "900690-1234", "61 01 90 12 34"]
GLUED = [
    "Jens010190-1234",
    "borger0101901234",
    "x0101901234",
    "0101901234Jens",
    "0101901234_x",
    "urn:borger:b0101901234",
    "CPR:010190-1234.",
    "cprnr010190-1234",
    "id_0101901234_x",
    "ø0101901234å",
    "0101901234@example.dk",
    "a.0101901234@example.dk",
    "abcd0101901234def",
]
ESCAPED = [
    "010190&nbsp;1234",
    "010190&nbsp1234",
    "010190&#160;1234",
    "010190&#xA0;1234",
    "010190&ndash;1234",
    "010190&mdash;1234",
    "010190&#45;1234",
    "010190&#x2D;1234",
    "010190&hyphen;1234",
    "010190&shy;1234",
    "010190&thinsp;1234",
    "010190&ZeroWidthSpace;1234",
    "010190&period;1234",
    "010190&amp;nbsp;1234",
    "010190＆nbsp;1234",
    "&#48;101901234",
    "&#x30;&#x31;&#x30;&#x31;&#x39;&#x30;&#x31;&#x32;&#x33;&#x34;",
    "&#48&#49&#48&#49&#57&#48&#49&#50&#51&#52",
    "&#1632;101901234",
    "010190%2D1234",
    "010190%C2%A01234",
    "010190%A01234",
    "010190%252D1234",
    "%30%31%30%31%39%30%31%32%33%34",
    "%0101901234",
    "&#0101901234;",
    "010190%u00a01234",
    "010190\\u002d1234",
    "\\u0030101901234",
    "https://example.dk/p/0101901234",
    "https://example.dk/?cpr=010190-1234&x=1",
    "name=a&nr=010190+1234",
]
UNSEEN = [
    "010190\u00a01234",
    "010190\u20071234",
    "010190\u202f1234",
    "010190\u30001234",
    "010190\u28001234",
    "010190\n1234",
    "010190\r\n\r\n1234",
    "010190\t1234",
    "010190\u20281234",
    "010190\u00ad1234",
    "010190\u200b1234",
    "010190\ufeff1234",
    "010190\u20601234",
    "010190\u202e1234",
    "010190\u31641234",
    "010190\x001234",
    "0101\u200b90\u00ad1234",
    "0\u200d1\u200d0\u200d1\u200d9\u200d0\u200d1\u200d2\u200d3\u200d4",
    "5\u200b0101901234",
    "0\u03381\u03380\u03381\u03389\u03380\u03381234",
    "0\ufe0f\u20e31\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e39\ufe0f\u20e30\ufe0f\u20e31234",
]
FOREIGN = [
    "010190–1234",
    "010190—1234",
    "010190‐1234",
    "010190‑1234",
    "010190‒1234",
    "010190−1234",
    "010190－1234",
    "010190﹣1234",
    "010190ー1234",
    "010190ـ1234",
    "010190•1234",
    "010190·1234",
    "010190．1234",
    "010190。1234",
    "010190／1234",
    "010190⁄1234",
    "010190→1234",
    "０１０１９０１２３４",
    "٠١٠١٩٠١٢٣٤",
    "۰۱۰۱۹۰-۱۲۳۴",
    "०१०१९०१२३४",
    "𝟎𝟏𝟎𝟏𝟗𝟎𝟏𝟐𝟑𝟒",
    "𝟘𝟙𝟘𝟙𝟡𝟘-𝟙𝟚𝟛𝟜",
    "⁰¹⁰¹⁹⁰¹²³⁴",
    "₀₁₀₁₉₀-₁₂₃₄",
    "⓪①⓪①⑨⓪①②③④",
    "〇一〇一九〇-一二三四",
    "🄀1🄀1901234",
]


IN_PAIRS = [
    "24 12 85 12 34",
    "Ane, CPR 24 12 85 12 34",
    "24-12-85-12-34",
    "24.12.85.12.34",
    "24.12.85 12 34",
    "24-12-85 12 34",
    "24/12-85 12 34",
    "24-12-1985 12 34",
    "24 12 85 - 12 34",
    "2.4.1.2.8.5.1.2.3.4",
    "+45 24 12 85 12 34",
]


@pytest.mark.parametrize(
    "text", [*PLAIN, *IN_PAIRS, *FULL_YEAR, *REPLACEMENT, *GLUED, *ESCAPED, *UNSEEN, *FOREIGN], ids=ascii
)
def test_it_is_found_in_every_spelling(text: str) -> None:
    assert find_cpr(text) == "$"
    assert find_cpr({"note": f"ring om {text} i morgen"}) == "note"
    assert find_cpr({"company_name": f"{text}, Vagtcentral A/S"}) == "company_name"
    assert find_cpr_in_attributes({"x-note": text}) == "?"


NO_DATES = ["320190-1234", "310490-1234", "300290-1234", "011390-1234", "000190-1234", "600190-1234", "920190-1234"]
NUMBERS = [
    "01019012345",
    "010190123",
    "13585628",
    "CVR 13585628, 8000 Aarhus C",
    "CVR 13 10 12 34, 8000 Aarhus C",
    "DK13585628",
    "EAN 5798009811578",
    "5798 0098 1157 8",
    "DK5000400440116243",
    "DK50 0040 0440 1162 43",
    "DE89370400440532013000",
    "reg. 9570 konto 12345678",
    "ordre 4711",
    "SO-2026-00123",
    "2026-11-24-0042",
    "ordre 101190",
    "faktura 101190123",
    "sag 26/10119",
    "offset 18012345678",
    "123456789012345678",
    "1764000000000",
    "1.010.190 kr",
    "1.010.190,50 kr.",
    "kr. 12.345.678",
    "55.67594, 12.56553",
    "uge 10, 11, 12, 13 og 14",
    "klokken 10, 12, 14, 16, 18",
]
PHONES = [
    "20123456",
    "20 12 34 56",
    "20 10 12 34",
    "2010 1234",
    "20-10-12-34",
    "20.10.12.34",
    "+45 20123456",
    "+45 20 10 12 34",
    "+4520101234",
    "0045 20 10 12 34",
    "20 10 12 34 20 11 12 34",
    "20 10 12 34 / 20 11 12 34",
    "Tlf. 20 10 12 34, 8000 Aarhus C",
    "Tlf. 20 10 12 34\n8000 Aarhus C",
    "Tlf. 20 10 12 34 8000 Aarhus C",
    "+46 20 10 12 34 20",
    "+46 8 123 456 78",
    "+49 30 901820",
]
TIMES = [
    "2026-11-23",
    "23-11-2026",
    "23.11.2026",
    "23/11-2026",
    "23.11.26",
    "den 1/10-12/10 2026",
    "den 01/10-12/10 2026",
    "kl. 08.00-16.00 den 01.06.2026",
    "man-fre 08.00-16.00, lør 10-14",
    "24.11.2026 08.30",
    "24.11.26 08.30",
    "24.11.26 kl. 0830",
    "24-11-2026 08:30:12",
    "24.11.2026 0800-1600",
    "01.01.2026 - 31.12.2026",
    "01.01.2026-31.12.2026",
    "01.06-30.06.2026",
    "01.06-30.06.26",
    "2026-01-01/2026-12-31",
    "1990-01-01/1995-12-31",
    "2015-06-01 - 2019-12-31",
    "2026-01-01--2026-12-31",
    "2026-11-24 09:30",
    "2026-11-24T09:30:12.123456+01:00",
    "2026-11-24T09:10:11+0100",
    "20261124T093000Z",
    "20261124T101112+0100",
    "202611240930",
    "20261124093000",
    "Tue, 24 Nov 2026 10:11:12 +0100",
    "Tue Nov 24 10:11:12 2026",
    "24/Nov/2026:10:11:12 +0100",
    "10:11:12.1234",
    "10:11:12,123456789",
    "2026-W48-2",
    "P1Y2M10DT2H30M",
    "åbnet 01.06.2015, 8000 Aarhus C",
    "10-12 timer om ugen, 37 timer senere",
]
IDS = [
    "0199ab00-0000-7000-8000-000000000000",
    "{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "/kommuner/0101/replies/01019012-3412-4123-8123-010190123412",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-01019012341234567890123456789012-a101901234b10190-00",
    "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-a101901234a10190",
    "a101901234b10190",
    "507f1f77bcf86cd799439011",
    "d41d8cd98f00b204e9800998ecf8427e",
    "a0101901234ca04b2a8d7d5d4f6c2e1b",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha256:e3b0c44298a0101901234f4c8996fb92427ae41e4649b934ca495991b7852b85",
    'W/"a0101901234ca04b2a8d7d5d4f6c2e1b"',
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "dGhpcyBpcyBhbiBpZCBvZiBvdXJz",
    "jgW7Bv1R5xQ0-3n_2Zk9Tg==",
    "10.12.201.123",
    "http://10.11.12.13:8001/x",
    "v1.2.3",
    "Chrome/131.0.6778.85",
    "10.0.19045.5131",
    "k.0101.replies.v1",
    "T-1",
]
WORDS = [
    "",
    "Nygade 12, 6640 Lunderskov",
    "Vestergade 10-12, 2. th., 8000 Aarhus C",
    "100 % & mere &c.",
    "50 %25 af 10 m²",
]


@pytest.mark.parametrize("text", [*NO_DATES, *NUMBERS, *PHONES, *TIMES, *IDS, *WORDS], ids=ascii)
def test_what_is_something_else_passes(text: str) -> None:
    assert find_cpr({"note": text}) is None
    assert find_cpr({"note": f"se {text} i dag"}) is None
    assert find_cpr_in_attributes({"note": text}) is None


def cells() -> Iterator[tuple[str, str]]:
    for file in (files("shared.catalogue") / "data").iterdir():
        if file.name.endswith(".csv"):
            for row in csv.reader(file.read_text(encoding="utf-8").splitlines()):
                yield from ((file.name, cell) for cell in row)


def test_every_text_of_the_catalogue_passes() -> None:
    assert [cell for cell in cells() if find_cpr(cell[1])] == []


def test_a_key_is_text_too_and_its_place_does_not_repeat_it() -> None:
    assert find_cpr({"tasks": [{"ok": 1, CPR: {"x": CPR}}]}) == "tasks.0.*"
    assert find_cpr({f"cpr_{CPR}": 1}) == "*"


def test_the_first_place_is_named() -> None:
    assert find_cpr({"a": "x", "b": [1, {"c": f"se {CPR}"}], "d": CPR}) == "b.1.c"


@pytest.mark.parametrize("name", ["Anders And", "anders.and", "010190", "CamelCase", "x" * 41, "", "a-b", "æ"])
def test_a_name_that_the_sender_made_up_is_not_repeated(name: str) -> None:
    assert find_cpr({"note": {name: {"inner": CPR}}}) == "note.?.inner"
    assert find_cpr_in_attributes({name: CPR}) == "?"


@pytest.mark.parametrize("number", [101901234, 1012901234, -1012901234, 1.01901234e8, 6101901234])
def test_a_number_has_lost_its_leading_zero(number: float) -> None:
    assert find_cpr({"nr": number}) == "nr"


@pytest.mark.parametrize("value", [None, True, 7, 20101234, 10**30, 55.67594, float("nan"), 1700000000, {}, []])
def test_other_values_pass(value: object) -> None:
    assert find_cpr({"x": value}) is None
    assert find_cpr_in_attributes({"x": value}) is None


def test_an_id_that_is_no_uuid_is_no_shelter() -> None:
    assert find_cpr({"candidate_id": CPR}) == "candidate_id"
    assert find_cpr({"id": f"urn:x:{CPR}"}) == "id"


def test_a_typed_field_shelters_only_what_it_is_for() -> None:
    assert find_cpr({"p_number": CPR}) == "p_number"
    assert find_cpr({"p_number": "3112991234"}) == "p_number"
    assert find_cpr({"p_number": "6101901234"}) == "p_number"
    assert find_cpr({"p_number": "P 1012345678"}) == "p_number"
    assert find_cpr({"note": "1012345678"}) == "note"
    assert find_cpr({"phone": CPR}) == "phone"
    assert find_cpr({"phone": f"20101234 {CPR}"}) == "phone"
    assert find_cpr({"cvr": CPR}) == "cvr"
    assert find_cpr({"cvr": "13585628", "phone": "+45 20 10 12 34"}) is None


@pytest.mark.parametrize(
    "abroad", ["+2911123456", "+65 6112 3456", "+61 2 1234 5678", "+90 212 123 45 67", "+7 701 123 45 67"]
)
def test_a_phone_number_that_looks_like_one_passes_in_its_field(abroad: str) -> None:
    assert find_cpr({"phone": abroad}) is None


def test_a_phone_number_that_looks_like_one_passes_nowhere_else() -> None:
    assert find_cpr({"note": "+2911123456"}) == "note"


FIRST = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())


def instants() -> Iterator[int]:
    """Of every day of 2027, and of the half of it that looks like CPR numbers."""
    chance = random.Random(2027)
    for day in range(365):
        yield from (FIRST + day * 86_400, FIRST + day * 86_400 + chance.randrange(86_400))
    yield from (chance.randrange(1_801_000_000, 1_813_000_000) for _ in range(2_000))


def test_the_calendar_refuses_nobody() -> None:
    found = 0
    for at in instants():
        forms = [at, str(at), f"t={at}", f"ts={at}", f"t={at}.123", f"{at}, {at + 1}", f"t={at},v1={'ab' * 32}"]
        assert find_cpr_in_attributes({f"x{n}": form for n, form in enumerate(forms)} | {"all": forms}) is None
        found += find_cpr(str(at)) is not None
    assert found > 500, "in a text about people they are found"


@pytest.mark.parametrize(
    "text",
    [
        CPR,
        "180123-4567",
        "180123 4567",
        "t=180123-4567",
        "t=0101901234",
        "cpr=1801234567",
        "borger 1801234567",
        "b1801234567",
        "1801234567-x",
        "1801234567,0101901234",
        "3112991234",
        "2212991234",
    ],
)
def test_no_time_is_a_shelter(text: str) -> None:
    assert find_cpr_in_attributes({"sequence": text}) == "sequence"


def test_the_name_of_an_attribute_is_no_time() -> None:
    assert find_cpr_in_attributes({"1801234567": 1}) == "*"
    assert find_cpr_in_attributes({"sequence": 101901234}) == "sequence"


def test_every_day_of_a_century_is_found() -> None:
    day = datetime(1940, 1, 1, tzinfo=UTC)
    while day.year < 2040:
        for date in (f"{day:%d%m%y}", f"{day.day + 60}{day:%m%y}"):
            assert find_cpr(f"b{date}1234") == find_cpr(f"{date}-1234") == "$"
        day += timedelta(days=1)


def test_depth_does_not_stop_the_search() -> None:
    nested: object = CPR
    for _ in range(3000):
        nested = [nested]
    assert find_cpr(nested) is not None


def test_other_questions_can_be_asked_of_every_leaf_and_key() -> None:
    asked: list[tuple[str | None, object]] = []

    def wrong(field: str | None, leaf: object) -> bool:
        asked.append((field, leaf))
        return leaf is None

    assert where({"a": [1, {"b": None}]}, wrong) == "a.1.b"
    assert asked == [(None, "a"), ("a", 1), (None, "b"), ("b", None)]


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
