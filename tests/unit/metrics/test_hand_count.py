"""The figures equal those that were counted by hand."""

from metrics import figures
from tests.unit.metrics.hand_count import COUNTED, HOUR, SAID, TAKEN
from tests.unit.metrics.projection import Projection, versioned

NAMES = {figure.name: figure.names for figure in figures.COUNTERS}


def test_counters_and_durations_of_a_small_world_equal_the_hand_count() -> None:
    found = Projection()
    for told in versioned(sorted(SAID, key=lambda said: said[1])):
        found.take(told)
    assert found.waiting == []
    counted = {shown(name, labels): value for (name, labels), (value, _) in found.counted.items()}
    assert counted == {name: value for name, value in COUNTED.items() if not name.startswith("corrections")}
    corrected = {name: n for (name, _), (_, n) in found.counted.items() if n}
    assert corrected == {
        name.removeprefix('corrections_total{counter="lederalliancen_').removesuffix('"}'): value
        for name, value in COUNTED.items()
        if name.startswith("corrections")
    }
    assert found.durations == {step: [hours * HOUR for hours in taken] for step, taken in TAKEN.items()}


def shown(name: str, labels: tuple[str, ...]) -> str:
    pairs = sorted(zip(NAMES[name], labels, strict=True))
    return name + ("{" + ",".join(f'{label}="{value}"' for label, value in pairs) + "}" if pairs else "")


def test_every_counter_and_every_step_is_in_the_hand_count() -> None:
    assert {name.partition("{")[0] for name in COUNTED} == {*NAMES, figures.CORRECTIONS.name}
    assert list(TAKEN) == [step.name for step in figures.STEPS]
