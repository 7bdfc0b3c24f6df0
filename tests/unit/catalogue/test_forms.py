"""Pay, approval and limits."""

from datetime import date

import pytest

from shared.catalogue.codes import codes
from shared.catalogue.forms import form, forms, is_paid, needs_kommune_approval, needs_training_place
from shared.catalogue.limits import limits

TODAY = date(2026, 11, 23)


def test_every_form_is_a_published_code() -> None:
    assert {one.code for one in forms(TODAY)} == {entry.code for entry in codes("forms")}
    assert len(forms(TODAY)) == 12


def test_nobody_works_unpaid_without_the_kommunes_approval() -> None:
    unpaid = [one for one in forms(TODAY) if not is_paid(one.code)]
    assert {one.code for one in unpaid} == {"VIRKSOMHEDSPRAKTIK", "ERHVERVSPRAKTIK", "ANDET_AKTIVERINGSTILBUD"}
    assert all(needs_kommune_approval(one.code, TODAY) for one in unpaid)


def test_ordinary_work_needs_nobodys_approval() -> None:
    for code in ("SMAAJOB", "ORDINAER", "FRITIDSJOB", "STUDENTERJOB"):
        assert is_paid(code)
        assert form(code, TODAY).approval == ()


def test_some_paid_forms_need_the_kommune_too() -> None:
    for code in ("LOENTILSKUD", "FLEKSJOB", "SOCIALT_FRIKORT"):
        assert is_paid(code)
        assert needs_kommune_approval(code, TODAY)


def test_an_apprentice_needs_a_training_place_and_not_the_kommune() -> None:
    assert needs_training_place("LAERLING", TODAY)
    assert not needs_kommune_approval("LAERLING", TODAY)


def test_the_socialt_frikort_is_permanent_since_2025() -> None:
    assert form("SOCIALT_FRIKORT", date(2025, 1, 1)).offered
    with pytest.raises(KeyError):
        form("SOCIALT_FRIKORT", date(2024, 12, 31))


def test_a_praktik_has_its_weeks() -> None:
    found = form("VIRKSOMHEDSPRAKTIK", TODAY).limits(TODAY)
    assert [found[name].value for name in ("weeks-short", "weeks", "weeks-extended", "hours")] == [4, 13, 26, 37]


def test_an_amount_that_is_not_known_for_the_year_is_missing() -> None:
    assert limits("SOCIALT_FRIKORT", date(2025, 12, 31))["ceiling"].value == 42_766
    assert "ceiling" not in limits("SOCIALT_FRIKORT", date(2026, 1, 1))


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(KeyError):
        is_paid("X")
    with pytest.raises(KeyError):
        needs_kommune_approval("X", TODAY)
