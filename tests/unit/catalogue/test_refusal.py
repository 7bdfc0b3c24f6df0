"""Whatever limit a type has, it is told with its figures, in both languages."""

from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.catalogue.refusal import of_value
from shared.identifiers import InRange, Name, quarters


def refused(kind: Any, value: Any) -> tuple[str, str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return of_value(caught.value.errors()[0])


@pytest.mark.parametrize(
    ("kind", "value", "rule", "da", "en"),
    [
        (Annotated[int, InRange(1, 50)], 0, "out-of-range", "Skal være fra 1 til 50.", "Must be from 1 to 50."),
        (Annotated[int, InRange(1, 50)], 51, "out-of-range", "Skal være fra 1 til 50.", "Must be from 1 to 50."),
        (Annotated[float, quarters(0.25)], 900, "out-of-range", "fra 0,25 til 37.", "from 0.25 to 37."),
        (Annotated[float, quarters(0.25)], float("nan"), "out-of-range", "fra 0,25 til 37.", "from 0.25 to 37."),
        (Annotated[float, quarters(0.25)], 7.3333, "step", "trin på 0,25.", "steps of 0.25."),
        (Annotated[float, Field(ge=7.5)], 1, "out-of-range", "mindst 7,5.", "at least 7.5."),
        (Annotated[float, Field(gt=7.5)], 1, "out-of-range", "over 7,5.", "above 7.5."),
        (Annotated[float, Field(le=7.5)], 8, "out-of-range", "højst være 7,5.", "at most 7.5."),
        (Annotated[float, Field(lt=7.5)], 8, "out-of-range", "under 7,5.", "below 7.5."),
        (Annotated[float, Field(multiple_of=0.25)], 0.1, "step", "trin på 0,25.", "steps of 0.25."),
        (Annotated[str, Field(min_length=2)], "x", "too-short", "Mindst 2 tegn.", "At least 2 characters."),
        (Annotated[str, Field(max_length=1_000_000)], "x" * 1_000_001, "too-long", "Højst 1000000", "At most 1000000"),
        (Annotated[tuple[int, ...], Field(min_length=1)], (), "too-few", "mindst 1.", "at least 1."),
        (Annotated[tuple[int, ...], Field(max_length=2)], (1, 2, 3), "too-many", "højst 2.", "at most 2."),
        (Annotated[dict[str, int], Field(min_length=1)], {}, "too-few", "mindst 1.", "at least 1."),
        (Name, "   ", "too-short", "Her skal stå noget.", "Something has to stand here."),
    ],
)
def test_a_limit_is_told_with_its_figures(kind: Any, value: Any, rule: str, da: str, en: str) -> None:
    found = refused(kind, value)
    assert found[0] == rule
    assert da in found[1]
    assert en in found[2]
