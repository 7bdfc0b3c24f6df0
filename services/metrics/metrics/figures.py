"""Every figure, declared once: its name (after the prefix `lederalliancen_`), its labels, what one unit of it means.

A label takes its values from a published list, so that a figure has a bounded number of series, all of them shown from
the first scrape on, at 0 too. No label names a person, a leader, a company or a case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args

from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER
from shared.events.intake import PlaceState

PREFIX = "lederalliancen_"
OTHER = "other"
HOUR, DAY = 3600, 86_400
Labels = tuple[str, ...]
"""The values of a figure's labels, in the order of their declaration."""


@dataclass(frozen=True, slots=True)
class Label:
    """`values`: the list that it takes its values from. `open`: others come from a list outside the catalogue."""

    name: str
    values: tuple[str, ...] = ()
    open: bool = False

    def bound(self, value: str) -> str:
        """A code that is in no list is a fault, or a newer build's: it makes no series of its own."""
        return value if self.open or value in self.values else OTHER


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted or measured."""

    name: str
    unit: str
    labels: tuple[Label, ...] = ()

    @property
    def names(self) -> list[str]:
        return [label.name for label in self.labels]

    def bound(self, values: Labels) -> Labels:
        return tuple(label.bound(value) for label, value in zip(self.labels, values, strict=True))

    def series(self) -> Iterator[Labels]:
        """Those that are there before anything is counted."""
        return product(*(label.values for label in self.labels))


def _figure(name: str, unit: str, *labels: Label) -> Figure:
    return Figure(name, unit, labels)


def _of(name: str, list_name: str) -> Label:
    return Label(name, tuple(codes(list_name).entries))


KOMMUNE = Label("kommune", tuple(KOMMUNER))
OUTCOME, FORM = _of("outcome", "outcomes"), _of("form", "forms")
HOW = Label("how", ("as-planned", "early"))
WHEN = Label("when", ("living", "0", "3", "6", "12"))
ANSWER = Label("answer", ("accepted", "rejected", "on-hold", "expired"))
PARTY = Label("party", ("leader", "kommune", "young-person"))

# -- counters: they never fall ----------------------------------------------------------------------------------------

LEADERS = _figure("leaders_signed_up_total", "One leader who joined, by the workplace's kommune.", KOMMUNE)
COMPANIES = _figure(
    "companies_joined_total",
    "One company whose first leader joined, by kick-off (none: without one).",
    Label("kickoff", ("none",), open=True),
)
COMPANIES_NEW = _figure(
    "companies_new_total", "One company that a kommune met through us: it accepted and had not known it.", KOMMUNE
)
CALLS = _figure("calls_total", "One call to a leader, answered or not.", _of("outcome", "call-outcome"))
PLACES_OPENED = _figure("places_opened_total", "One place opened for the first time.", KOMMUNE)
PLACES_BLOCKED = _figure(
    "places_blocked_total", "One rule that stopped a place from opening, each time.", _of("rule", "rules")
)
REFERRALS_SENT = _figure(
    "referrals_sent_total",
    "One kommune asked about one place in one round, and why that one.",
    KOMMUNE,
    _of("why", "referral-why"),
)
REFERRALS_ANSWERED = _figure(
    "referrals_answered_total",
    "One referral's first answer: accepted, rejected, on-hold, or expired without one.",
    KOMMUNE,
    ANSWER,
)
MATCHES_PROPOSED = _figure("matches_proposed_total", "One young person possible for one place.")
MATCHES_AGREED = _figure(
    "matches_agreed_total", "One match to which all said yes, by the young person's kommune.", KOMMUNE
)
MATCHES_CROSS_BORDER = _figure(
    "matches_cross_border_total", "One agreed match whose place lies in another kommune than the young person's."
)
MATCHES_DECLINED = _figure(
    "matches_declined_total", "One match ended by one party's no.", PARTY, _of("reason", "match-declined")
)
PLACEMENTS_STARTED = _figure("placements_started_total", "One placement's first day, by its form then.", FORM)
STAGE_CHANGES = _figure(
    "stage_changes_total",
    "One new stage in effect, by form before and after (alike: only hours changed).",
    Label("from", FORM.values),
    Label("to", FORM.values),
)
PLACEMENTS_ENDED = _figure("placements_ended_total", "One placement over: as-planned or early.", HOW)
OUTCOMES = _figure(
    "outcomes_total",
    "One outcome of one placement, once for each time of asking: living, or months after the end.",
    OUTCOME,
    WHEN,
)
CHALLENGES = _figure("challenges_total", "One challenge raised at a workplace.", _of("challenge", "challenges"))
INTERVENTIONS = _figure(
    "interventions_total",
    "One judging of one intervention; too-early may be judged again.",
    _of("intervention", "interventions"),
    _of("result", "intervention-result"),
)
CERTIFICATES = _figure("certificates_issued_total", "One certificate of what was learned in a placement.")
DEVELOPMENT = _figure(
    "leader_development_total",
    "One thing that a leader has learned by it, each time that it is noted.",
    _of("development", "leader-development"),
)
COUNTERS = (
    LEADERS, COMPANIES, COMPANIES_NEW, CALLS, PLACES_OPENED, PLACES_BLOCKED, REFERRALS_SENT, REFERRALS_ANSWERED,
    MATCHES_PROPOSED, MATCHES_AGREED, MATCHES_CROSS_BORDER, MATCHES_DECLINED, PLACEMENTS_STARTED, STAGE_CHANGES,
    PLACEMENTS_ENDED, OUTCOMES, CHALLENGES, INTERVENTIONS, CERTIFICATES, DEVELOPMENT,
)  # fmt: skip
CORRECTIONS = _figure(
    "corrections_total",
    "One unit of that counter that was entered in error; subtract it.",
    Label("counter", tuple(PREFIX + figure.name for figure in COUNTERS)),
)

# -- gauges: what holds now, without what was entered in error ---------------------------------------------------------

PLACES = _figure("places", "One place in that state.", Label("state", get_args(PlaceState)))
SEATS = _figure(
    "seats",
    "One seat: free (of an open place), held by a leader's yes, agreed, living, or resting (of a paused place).",
    Label("state", ("free", "held", "agreed", "living", "resting")),
)
REFERRALS_OPEN = _figure(
    "referrals_open",
    "One referral not over, by FHIR Task status.",
    KOMMUNE,
    Label("state", ("requested", "accepted", "in-progress", "on-hold")),
)
MATCHES_OPEN = _figure("matches_open", "One match waiting for somebody's yes or for the gate.")
PLACEMENTS = _figure(
    "placements", "One living placement (paused ones too), by the form of its stage.", Label("stage", FORM.values)
)
PAID_HOURS = _figure(
    "paid_hours_per_week",
    "One paid hour a week: of stages that run (not paused ones), after the end of the outcomes asked for last.",
)
CHALLENGES_OPEN = _figure("challenges_open", "One challenge raised and not closed.")
GAUGES = (PLACES, SEATS, REFERRALS_OPEN, MATCHES_OPEN, PLACEMENTS, PAID_HOURS, CHALLENGES_OPEN)

ASSUMPTIONS = Label("assumptions", open=True)
GOAL = _figure("goal_matches_per_year", "One match a year that the alliance has set itself.", ASSUMPTIONS)
MATCHES_OF_A_YEAR = _figure(
    "matches_agreed_last_12_months", "One match agreed in the last 12 months, as value_kroner rests on it.", ASSUMPTIONS
)
FULL_TIME_EQUIVALENTS = _figure(
    "full_time_equivalents",
    "One full-time year of lasting work, as assumed of the matches agreed in the last 12 months.",
    ASSUMPTIONS,
)
VALUE = _figure("value_kroner", "One krone a year that the state gains from that work.", ASSUMPTIONS)
VALUE_CUMULATIVE = _figure(
    "value_kroner_cumulative",
    "Scenario: one krone a year that the state gains when as many matches follow each year, and all cohorts last.",
    ASSUMPTIONS,
)
FULL_TIME_EQUIVALENTS_OBSERVED = _figure(
    "full_time_equivalents_observed", "One full-time year of the paid hours that there are now.", ASSUMPTIONS
)
VALUE_OBSERVED = _figure(
    "value_kroner_observed", "One krone a year that the state gains from those paid hours.", ASSUMPTIONS
)
LAG = _figure("projection_lag_events", "One record of the topic that is not counted yet.", Label("topic", open=True))

# -- how long it takes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """From the first moment of one kind to the first of another, on the same journey. What begins it happens once."""

    name: str
    begins: str
    ends: str


STEPS = (
    Step("signup-to-call", "signed-up", "reached"),  # of a leader; the first call that reached somebody
    Step("agreed-to-referral", "opened", "referred"),  # of a place; the first kommune asked
    Step("referral-to-answer", "sent", "answered"),  # of a referral; as in referrals_answered_total
    Step("answer-to-contact", "answered", "contacted"),
    Step("referral-to-match", "sent", "matched"),  # the first of its matches
    Step("match-to-start", "agreed", "started"),  # of a match
    Step("challenge-to-help", "raised", "helped"),  # of a challenge; the first intervention tried
)
STEP_SECONDS = _figure(
    "step_duration_seconds",
    "One journey that took this step. Seconds.",
    Label("step", tuple(step.name for step in STEPS)),
)
BUCKETS = (
    HOUR, 4 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY,
    14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
)  # fmt: skip
