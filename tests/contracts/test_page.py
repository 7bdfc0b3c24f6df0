"""The page that kommuner build on names every type and field of the schemas, and which may be missing."""

import re
from pathlib import Path

import pytest

from shared.events.schema import Contract, contracts
from shared.events.topics import REFERRALS, REPLIES

PAGE = (Path(__file__).parents[2] / "docs/kommune-contract.md").read_text("utf-8")
THEIRS = [contract for contract in contracts() if contract.topic in (REFERRALS, REPLIES)]


def name(contract: Contract) -> str:
    return contract.type.removeprefix("dk.lederalliancen.").removeprefix("reply.").removesuffix(".v1")


def row(contract: Contract) -> list[str]:
    """The cells of its line: of what we send with its whole name, of a reply with what it says."""
    whole = name(contract) if contract.topic is REPLIES else contract.type.split(".", 2)[2].removesuffix(".v1")
    [line] = re.findall(rf"^\| `{re.escape(whole)}` \|(.+)\|$", PAGE, re.MULTILINE)
    cells: list[str] = line.split("|")
    return cells


@pytest.mark.parametrize("contract", THEIRS, ids=lambda c: f"{c.folder}/{name(c)}")
def test_the_page_names_every_type_with_its_fields_and_which_may_be_missing(contract: Contract) -> None:
    subject, fields, *_ = row(contract)
    schema = contract.schema()
    said = dict(re.findall(r"`(\w+)`(\??)", fields)) | dict.fromkeys(re.findall(r"`(\w+)`", subject), "")
    if contract.topic is REFERRALS:
        said |= {"referral_id": ""}
    required = {field for field in schema["properties"] if field in schema.get("required", ())}
    optional = schema["properties"].keys() - required
    if "oneOf" in schema:  # about a match or a stage
        said |= {"match_id": "?", "stage_id": "?"}
    assert said.keys() == schema["properties"].keys()
    assert {field for field, mark in said.items() if mark} == optional
