"""The published lists, and fields that take only their codes."""

from datetime import date
from typing import Annotated, get_args

import pytest
from pydantic import BaseModel, ValidationError

from shared.catalogue import codes as module
from shared.catalogue.codes import LISTS, CodeList, Entry, InList, MatchDeclined, codes

TODAY = date(2026, 11, 23)


class Answer(BaseModel):
    reason: MatchDeclined


def test_every_list_has_codes_and_every_code_has_both_labels() -> None:
    for name in LISTS:
        found = codes(name)
        assert len(found) > 0, name
        assert all(entry.da.strip() and entry.en.strip() for entry in found), name


def test_every_list_can_be_used_as_a_type() -> None:
    aliases = [value for value in vars(module).values() if get_args(value)[:1] == (str,)]
    used = {alias.__metadata__[0].list_name for alias in aliases}
    shared = {"referral-held", "referral-closed"}  # the codes of `referral-rejected`
    elsewhere = {"tasks", "rules"}  # TaskId, RuleId
    assert used == set(LISTS) - shared - elsewhere


def test_reasons_of_a_place_are_the_same_for_pausing_closing_and_reopening() -> None:
    paused, closed, reopened = (
        [e.code for e in codes(name)] for name in ("place-paused", "place-closed", "place-reopened")
    )
    assert paused == closed == reopened
    assert "seat-free" in paused


def test_a_placement_may_end_for_a_challenge() -> None:
    assert "C-ABSENCE" in codes("placement-ended")
    assert "C-ABSENCE" not in codes("placement-paused")


def test_what_someone_likes_or_learned_may_be_a_task() -> None:
    for name in ("strengths", "interests", "learning"):
        assert "butik-02" in codes(name)
        assert "butik-00" in codes(name)


def test_a_refusal_names_a_rule_by_its_id() -> None:
    assert "rule:R-PAY-1" in codes("reply-refused")
    assert "R-PAY-1" in codes("match-refused")
    assert "R-PAY-1" not in codes("reply-refused")


def test_a_strength_follows_after_good_at_and_a_buddy_has_one_danish_word() -> None:
    said = [one.da for one in codes("strengths") if one.code not in codes("tasks")]
    nouns = {"Musik", "Gaming", "Fysisk arbejde", "Sprog"}
    assert {words for words in said if not words.startswith("At ")} == nouns
    assert not [(name, one.code) for name in LISTS for one in codes(name) if "buddy" in one.da.lower()]


def test_a_label_is_there_in_both_languages() -> None:
    assert codes("match-declined").label("hours", "da") == "Timetallet passer ikke"
    assert codes("match-declined").label("hours", "en") == "The hours do not fit"


def test_a_code_holds_from_its_first_day_to_its_last() -> None:
    entry = Entry("x", "x", "x", valid_from=date(2026, 2, 1), valid_to=date(2026, 12, 31))
    one = CodeList("one", "en", "one", {"x": entry})
    assert [one.has("x", day) for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 12, 31))] == [0, 1, 1]
    assert not one.has("x", date(2027, 1, 1))
    assert not one.has("y", TODAY)
    assert "x" in one, "known, on whatever day"


def test_a_known_code_is_taken() -> None:
    assert Answer(reason="transport").reason == "transport"


def test_an_unknown_code_is_refused_with_the_list_and_where_to_look() -> None:
    with pytest.raises(ValidationError) as caught:
        Answer(reason="too-purple")
    error = caught.value.errors()[0]
    assert error["type"] == "unknown-code"
    for text in (error["msg"], error["ctx"]["da"]):
        assert "too-purple" not in text
        assert "GET /codes/match-declined" in text


@pytest.mark.parametrize("text", ["Some One said no", "0101901234", "x" * 200, "{en}"])
def test_what_has_not_the_shape_of_a_code_is_not_repeated(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Answer(reason=text)
    assert text not in caught.value.errors()[0]["msg"]


def test_the_schema_points_to_the_list_and_lists_no_codes() -> None:
    field = Answer.model_json_schema()["properties"]["reason"]
    assert field == {"title": "Reason", "type": "string", "x-code-list": "match-declined"}


def test_a_misspelt_list_fails_when_the_model_is_built() -> None:
    with pytest.raises(KeyError, match="match-decline"):

        class Misspelt(BaseModel):
            reason: Annotated[str, InList("match-decline")]
