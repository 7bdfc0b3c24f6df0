"""Tasks, rules, deadlines, outcomes and terms."""

import re
from datetime import date
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.catalogue.cards import general_card
from shared.catalogue.codes import codes
from shared.catalogue.deadlines import Deadlines, deadlines
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.outcomes import CountsAs, outcome
from shared.catalogue.rules import RuleId, Severity, rule
from shared.catalogue.tasks import TASKS, TaskId, task, told
from shared.catalogue.terms import Register, terms

TODAY = date(2026, 11, 23)


def test_there_are_65_tasks_and_each_is_a_code() -> None:
    assert len(TASKS) == 65
    assert all(one.id in codes("tasks") for one in TASKS)


def test_a_task_in_own_words_belongs_to_a_category_and_is_always_checked_for_under_18() -> None:
    ids: TypeAdapter[str] = TypeAdapter(TaskId)
    assert ids.validate_python("butik-00") == "butik-00"
    assert task("butik-00").u18_check == "?"
    assert task("butik-00").da == codes("tasks").label("butik-00", "da") == "Noget i butikken"
    assert told("butik-00", "da") == "Noget i butikken (lederen fortæller mere)"
    assert told("butik-02", "da") == task("butik-02").da
    assert told("rumfart-00", "da") is None
    with pytest.raises(ValidationError):
        ids.validate_python("rumfart-00")


def test_a_task_says_why_it_is_checked_for_under_18() -> None:
    assert task("transport_lager-05").u18_check == "licence"
    assert task("viden_data-07").u18_check == "night"
    assert task("butik-01").u18_check is None


def test_every_rule_says_what_it_is_and_the_way_out() -> None:
    found = [rule(entry.code) for entry in codes("rules")]
    assert len(found) == 37
    for one in found:
        assert re.fullmatch(r"R-[A-Z0-9-]+", one.id)
        assert one.severity in get_args(Severity)
        assert all((one.da, one.en, one.way_out_da, one.way_out_en, one.source, one.confidence))


def test_unpaid_work_is_blocked_and_a_jump_in_hours_is_a_warning() -> None:
    assert rule("R-PAY-1").severity == "block"
    assert rule("R-HOURS-JUMP").severity == "warn"
    assert rule("R-PAY-2").severity == "info"
    assert TypeAdapter(RuleId).validate_python("R-FIT-REACH") == "R-FIT-REACH"


def test_the_deadlines_are_those_agreed() -> None:
    assert deadlines(TODAY) == Deadlines(
        reminder=2,
        deputy=3,
        default_entrance=4,
        expired=5,
        accepted_nudge=15,
        accepted_due=20,
        search_again=5,
        hold_nudge=10,
        hold=20,
        asking_back=3,
        match_answer=10,
    )


def test_every_outcome_counts_as_something() -> None:
    assert all(outcome(entry.code).counts_as in get_args(CountsAs) for entry in codes("outcomes"))
    assert outcome("O-EDUCATION").counts_as == "positive"
    assert outcome("O-ENDED-EARLY").counts_as == "neutral"
    assert outcome("O-UNKNOWN").counts_as == "unknown"


def test_a_job_is_an_outcome_only_with_its_hours() -> None:
    assert outcome("O-SMAAJOB").hours_required
    assert not outcome("O-EDUCATION").hours_required


def test_every_concept_has_words_in_every_kommune() -> None:
    for concept in codes("terms"):
        found = terms(concept.code, "0851", TODAY)
        assert found, concept.code
        assert all(one.register in get_args(Register) and one.kommune in (None, *KOMMUNER) for one in found)


def test_a_kommunes_own_word_comes_before_the_general_one() -> None:
    assert [one.term for one in terms("company-entrance", "0561", TODAY)] == ["erhvervsplaymaker", "virksomhedsindgang"]


def test_the_jobcenter_became_the_virksomhedsindgang_on_the_first_of_february_2026() -> None:
    def word(on: date) -> list[str]:
        return [one.term for one in terms("company-entrance", "0851", on)]

    assert word(date(2026, 1, 31)) == ["jobcenter"]
    assert word(date(2026, 2, 1)) == ["virksomhedsindgang"]


def test_a_contested_word_says_so() -> None:
    assert next(one.note for one in terms("young-people", "0851", TODAY) if one.term == "udsatte ledige")


def test_the_general_card_speaks_of_the_law_of_its_day() -> None:
    assert "jobcenter" in general_card(date(2026, 1, 31))["entrance"]
    assert "virksomhedsindgang" in general_card(date(2026, 2, 1))["entrance"]
    assert {"praktik_approval", "vitas", "mentor"} <= general_card(TODAY).keys()
