"""Every figure, declared once: its name (after the prefix `lederalliancen_`), its labels, what one unit of it means.

No label names a person, a leader, a company or a case.
"""

from dataclasses import dataclass

PREFIX = "lederalliancen_"
HOUR, DAY = 3600, 86_400


@dataclass(frozen=True, slots=True)
class Figure:
    """`always`: values of the only label that are shown at 0 too."""

    name: str
    unit: str
    labels: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


def _figure(name: str, unit: str, *labels: str, always: tuple[str, ...] = ()) -> Figure:
    return Figure(name, unit, labels, always)


# -- counters: they never fall ----------------------------------------------------------------------------------------

LEADERS = _figure("leaders_signed_up_total", "One leader who joined, by the workplace's kommune.", "kommune")
COMPANIES = _figure(
    "companies_joined_total", "One company whose first leader joined, by kick-off (none: without one).", "kickoff"
)
COMPANIES_NEW = _figure(
    "companies_new_total", "One company that a kommune met through us: it accepted and had not known it.", "kommune"
)
CALLS = _figure("calls_total", "One call to a leader, answered or not.", "outcome")
PLACES_OPENED = _figure("places_opened_total", "One place opened for the first time.", "kommune")
PLACES_BLOCKED = _figure("places_blocked_total", "One rule that stopped a place from opening, each time.", "rule")
REFERRALS_SENT = _figure(
    "referrals_sent_total", "One kommune asked about one place in one round, and why that one.", "kommune", "why"
)
REFERRALS_ANSWERED = _figure(
    "referrals_answered_total",
    "One referral's first answer: accepted, rejected, on-hold, or expired without one.",
    "kommune",
    "answer",
)
MATCHES_PROPOSED = _figure("matches_proposed_total", "One young person possible for one place.")
MATCHES_AGREED = _figure(
    "matches_agreed_total", "One match to which all said yes, by the young person's kommune.", "kommune"
)
MATCHES_CROSS_BORDER = _figure(
    "matches_cross_border_total", "One agreed match whose place lies in another kommune than the young person's."
)
MATCHES_DECLINED = _figure("matches_declined_total", "One match ended by one party's no.", "party", "reason")
PLACEMENTS_STARTED = _figure("placements_started_total", "One placement's first day, by its form then.", "form")
STAGE_CHANGES = _figure(
    "stage_changes_total",
    "One new stage in effect, by form before and after (alike: only hours changed).",
    "from",
    "to",
)
PLACEMENTS_ENDED = _figure("placements_ended_total", "One placement over: as-planned or early.", "how")
OUTCOMES = _figure(
    "outcomes_total",
    "One outcome of one placement, once for each time of asking: living, or months after the end.",
    "outcome",
    "when",
)
CHALLENGES = _figure("challenges_total", "One challenge raised at a workplace.", "challenge")
INTERVENTIONS = _figure(
    "interventions_total", "One judging of one intervention; too-early may be judged again.", "intervention", "result"
)
COUNTERS = (
    LEADERS, COMPANIES, COMPANIES_NEW, CALLS, PLACES_OPENED, PLACES_BLOCKED, REFERRALS_SENT, REFERRALS_ANSWERED,
    MATCHES_PROPOSED, MATCHES_AGREED, MATCHES_CROSS_BORDER, MATCHES_DECLINED, PLACEMENTS_STARTED, STAGE_CHANGES,
    PLACEMENTS_ENDED, OUTCOMES, CHALLENGES, INTERVENTIONS,
)  # fmt: skip
CORRECTIONS = _figure(
    "corrections_total", "One unit of that counter that was entered in error; subtract it.", "counter"
)

# -- gauges: what holds now, without what was entered in error ---------------------------------------------------------

PLACES = _figure(
    "places",
    "One place in that state.",
    "state",
    always=("draft", "additional-assessment-required", "open", "paused", "filled", "closed"),
)
SEATS = _figure(
    "seats",
    "One seat: free (of an open place), held by a leader's yes, agreed, living, or resting (of a paused place).",
    "state",
    always=("free", "held", "agreed", "living", "resting"),
)
REFERRALS_OPEN = _figure("referrals_open", "One referral not over, by FHIR Task status.", "kommune", "state")
MATCHES_OPEN = _figure("matches_open", "One match waiting for somebody's yes or for the gate.")
PLACEMENTS = _figure("placements", "One living placement (paused ones too), by the form of its stage.", "stage")
PAID_HOURS = _figure(
    "paid_hours_per_week",
    "One paid hour a week: of stages that run (not paused ones), after the end of the outcomes asked for last.",
)
CHALLENGES_OPEN = _figure("challenges_open", "One challenge raised and not closed.")
GAUGES = (PLACES, SEATS, REFERRALS_OPEN, MATCHES_OPEN, PLACEMENTS, PAID_HOURS, CHALLENGES_OPEN)

FULL_TIME_EQUIVALENTS = _figure(
    "full_time_equivalents",
    "One full-time year of lasting work, from the matches agreed in the last 12 months.",
    "assumptions",
)
VALUE = _figure("value_kroner", "One krone a year that the state gains from that work.", "assumptions")
LAG = _figure("projection_lag_events", "One record of the topic that is not counted yet.", "topic")

# -- how long it takes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """From the first moment of one kind to the first of another, on the same journey."""

    name: str
    begins: str
    ends: str


STEPS = (
    Step("signup-to-call", "signed-up", "reached"),  # of a leader; the first call that reached somebody
    Step("agreed-to-referral", "opened", "referred"),  # of a place
    Step("referral-to-answer", "sent", "answered"),  # of a referral; as in referrals_answered_total
    Step("answer-to-contact", "answered", "contacted"),
    Step("referral-to-match", "sent", "matched"),
    Step("match-to-start", "agreed", "started"),  # of a match
    Step("challenge-to-help", "raised", "helped"),  # of a challenge; the first intervention tried
)
STEP_SECONDS = _figure("step_duration_seconds", "One journey that took this step. Seconds.", "step")
BUCKETS = (
    HOUR, 4 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY,
    14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
)  # fmt: skip
