"""The four dashboards: does it work, who waits, how is one kommune doing, does the machinery run."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import VariableHide, VariableOption, VariableRefresh

from deploy.grafana.panels import SOURCE, Asked, bars, board, lines, number, rows
from metrics.texts import TIMES
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER

Board = dashboard.Dashboard
L = "lederalliancen_"
NAMES = {code: kommune.name for code, kommune in KOMMUNER.items()}
FUNNEL: Asked = {
    "Ledere tilmeldt": 'lederalliancen:funnel{step="1-leaders-signed-up"}',
    "Pladser åbnet": 'lederalliancen:funnel{step="2-places-opened"}',
    "Kommunen har sagt ja": 'lederalliancen:funnel{step="3-referrals-accepted"}',
    "Unge foreslået": 'lederalliancen:funnel{step="4-matches-proposed"}',
    "Aftaler": 'lederalliancen:funnel{step="5-matches-agreed"}',
    "Unge begyndt": 'lederalliancen:funnel{step="6-placements-started"}',
}
STEPS = {step: words[0][0] for step, words in TIMES.items()}
WAITS = {
    "silent": "Kommunen svarer ikke",
    "slow": "Kommunen har sagt ja, men ikke fundet nogen",
    "no-contact": "Kommunen har ingen kontaktperson",
    "guidance": "Lederen skal have besked",
    "asked-back": "Henvendelsen er kaldt tilbage",
}
ANSWERS = {"accepted": "Ja", "rejected": "Nej", "on-hold": "Bad om tid", "expired": "Svarede ikke"}
STATES = {
    "requested": "Venter på svar",
    "accepted": "Leder efter en ung",
    "in-progress": "I gang",
    "on-hold": "Har bedt om tid",
}
OWN = "Tallene er også små. De er til alliancens egne folk og deles ikke; til alle andre er siden /tal."


def steering() -> Board:
    made = board("steering", "Styregruppen: virker det?", OWN, since="now-1y")
    agreed, goal = f"max({L}matches_agreed_last_12_months)", f"max({L}goal_matches_per_year)"
    for panel in (
        number("Aftaler de seneste 12 måneder", agreed),
        number("Mål: aftaler om året", goal),
        number("Nået af målet", f"{agreed} / {goal}", unit="percentunit"),
        number(
            "Fuldtidsstillinger, antaget", f"max({L}full_time_equivalents)", decimals=1, says="Som antaget: se /tal."
        ),
        number("Værdi om året, antaget", f"max({L}value_kroner)", unit="currencyDKK", says="Som antaget: se /tal."),
        number(
            "Værdi om året, set hos os", f"max({L}value_kroner_observed)", unit="currencyDKK", says="Timer med løn nu."
        ),
        bars("Vejen fra tilmelding til første dag", FUNNEL),
        lines("Vejen over tid", FUNNEL),
        rows(
            "Hvad det blev til",
            f"sum by (outcome) (max by (outcome, when) ({L}outcomes_total)) > 0",
            {"outcome": "Udfald", "Value": "Gange"},
            words=_words("outcomes"),
            says="Hvert forløb spørges flere gange: undervejs og op til 12 måneder efter.",
        ),
        rows(
            "Forløb nu",
            f"max by (stage) ({L}placements) > 0",
            {"stage": "Form", "Value": "Forløb"},
            words=_words("forms"),
        ),
    ):
        made = made.with_panel(panel)
    return made


def consultants() -> Board:
    made = board("consultants", "Konsulenterne: hvem venter?", OWN, since="now-90d")
    for what, words in WAITS.items():
        made = made.with_panel(number(words, f'sum(max by (kommune) ({L}referrals_waiting{{what="{what}"}}))'))
    for panel in (
        number("Unge, der venter på svar", f"max({L}matches_open)"),
        rows(
            "Hvad der venter på en konsulent, efter kommune",
            f"max by (kommune, what) ({L}referrals_waiting) > 0",
            {"kommune": "Kommune", "what": "Hvad", "Value": "Henvendelser"},
            words=NAMES | WAITS,
        ),
        rows(
            "Hvor tit svarer kommunen ikke?",
            "topk(98, kommune:lederalliancen_referrals_expired:ratio > 0)",
            {"kommune": "Kommune", "Value": "Svarede ikke"},
            words=NAMES,
            unit="percentunit",
        ),
        rows(
            "Hvor længe varer det? Halvdelen er hurtigere",
            "step:lederalliancen_step_duration_seconds:p50",
            {"step": "Trin", "Value": "Tid"},
            words=STEPS,
            unit="s",
        ),
        rows(
            "Hvor længe varer det? Ni af ti er hurtigere",
            "step:lederalliancen_step_duration_seconds:p90",
            {"step": "Trin", "Value": "Tid"},
            words=STEPS,
            unit="s",
        ),
        lines("Pladser, der kan tages", {"Ledige": f'max({L}seats{{state="free"}})', "Åbne": _open_places()}),
        lines("Udfordringer, der ikke er løst", {"Åbne": f"max({L}challenges_open)"}),
    ):
        made = made.with_panel(panel)
    return made


def kommune() -> Board:
    # Grafana takes a list of its own as `text : value`.
    listed = ", ".join(f"{name} : {code}" for code, name in NAMES.items())
    choice = dashboard.CustomVariable("kommune").label("Kommune").values(listed)
    first = next(iter(NAMES))
    choice = choice.current(VariableOption(selected=True, text=NAMES[first], value=first))
    made = board("kommune", "En kommune", OWN, since="now-1y").with_variable(choice)
    here = '{kommune="$kommune"}'
    for panel in (
        number("Ledere tilmeldt", f"max({L}leaders_signed_up_total{here})"),
        number("Pladser åbnet", f"max({L}places_opened_total{here})"),
        number("Henvendelser", f"max(kommune:lederalliancen_referrals_sent:sum{here})"),
        number("Åbne nu", f"max(kommune:lederalliancen_referrals_open:sum{here})"),
        number("Svarede ikke", f"max(kommune:lederalliancen_referrals_expired:ratio{here})", unit="percentunit"),
        number("Aftaler", f"max({L}matches_agreed_total{here})"),
        bars("Svar", {words: f'max({L}referrals_answered_total{{kommune="$kommune", answer="{answer}"}})'
                      for answer, words in ANSWERS.items()}),
        bars("Åbne henvendelser", {words: f'max({L}referrals_open{{kommune="$kommune", state="{state}"}})'
                                   for state, words in STATES.items()}),
        lines("Venter på en konsulent", {words: f'max({L}referrals_waiting{{kommune="$kommune", what="{what}"}})'
                                         for what, words in WAITS.items()}),
        lines("Over tid", {
            "Pladser åbnet": f"max({L}places_opened_total{here})",
            "Aftaler": f"max({L}matches_agreed_total{here})",
        }),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made


def operators() -> Board:
    which = dashboard.QueryVariable("service").label("Service").datasource(SOURCE).hide(VariableHide.DONT_HIDE)
    which = which.query(f"label_values({L}build_info, service)").refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    which = which.multi(True).include_all(True).all_value(".*")
    made = board("operators", "Operators: does it run?", "By service and replica.", since="now-6h").with_variable(which)
    of = 'service=~"$service"'
    for panel in (
        rows(
            "Alerts that fire",
            'ALERTS{alertstate="firing"}',
            {"alertname": "Alert", "severity": "Severity", "service": "Service", "instance": "Replica"},
            says="What to do: docs/runbooks/<alert>.md.",
        ),
        rows(
            "Builds",
            f"{L}build_info{{{of}}}",
            {"service": "Service", "instance": "Replica", "build": "Build"},
        ),
        lines("Parts that do not work", {
            "{{service}} {{instance}} {{part}}": f"{L}works{{{of}}} == 0",
            "{{service}} {{instance}} cannot read {{of}}": f"{L}collected{{{of}}} == 0",
        }),
        lines("Places where a replica does not go on", {"{{service}} {{instance}} {{topic}}": f"{L}stuck{{{of}}}"}),
        lines("Lag, records", {"{{service}} {{topic}}": f"max by (service, topic) ({L}lag_events{{{of}}})"}),
        lines("Outbox: age of the oldest", {
            "{{service}}": f"max by (service) ({L}outbox_age_seconds{{{of}}})",
        }, unit="s"),
        lines("Outbox and what was refused, rows", {
            "{{service}} waiting": f"max by (service) ({L}outbox_rows{{{of}}})",
            "{{service}} refused": f"max by (service) ({L}outbox_failed_rows{{{of}}})",
        }),
        lines("Dead letters and parked", {
            "{{service}} dead letters": f"max by (service) ({L}dead_letters_open{{{of}}})",
            "{{service}} parked": f"max by (service) ({L}parked_rows{{{of}}})",
        }),
        lines("What waits, how long", {
            "{{service}} parked": f"max by (service) ({L}parked_age_seconds{{{of}}})",
            "{{service}} timer": f"max by (service) ({L}timers_overdue_seconds{{{of}}})",
            "{{service}} mail": f"max by (service) ({L}mails_age_seconds{{{of}}})",
        }, unit="s"),
        lines("Records handled a second, by outcome", {
            "{{service}} {{outcome}}": f"sum by (service, outcome) (rate({L}messages_total{{{of}}}[5m]))",
        }),
        lines("Batches: 95 of 100 are quicker", {
            "{{service}} {{instance}}":
                f"histogram_quantile(0.95, sum by (service, instance, le) (rate({L}batch_seconds_bucket{{{of}}}[5m])))",
        }, unit="s"),
        lines("Trouble, times in 5 minutes", {
            "{{service}} {{instance}} batch again":
                f"sum by (service, instance) (increase({L}batch_retries_total{{{of}}}[5m]))",
            "{{service}} {{instance}} commit failed":
                f"sum by (service, instance) (increase({L}commit_failures_total{{{of}}}[5m]))",
            "{{service}} {{instance}} producer anew":
                f"sum by (service, instance) (increase({L}producer_rebuilds_total{{{of}}}[5m]))",
            "{{service}} {{instance}} consumer anew":
                f"sum by (service, instance) (increase({L}consumer_restarts_total{{{of}}}[5m]))",
        }),
        lines("Events sent a second", {
            "{{service}}": f"sum by (service) (rate({L}outbox_sent_total{{{of}}}[5m]))",
        }),
        lines("HTTP: answers a second, by status", {
            "{{service}} {{status}}": f"sum by (service, status) (rate({L}http_seconds_count{{{of}}}[5m]))",
        }),
        lines("HTTP: 95 of 100 are quicker", {
            "{{service}}": f"service:lederalliancen_http_seconds:p95_10m{{{of}}}",
        }, unit="s"),
        rows(
            "HTTP: the slowest routes, 95 of 100 are quicker",
            f"topk(20, histogram_quantile(0.95, sum by (service, endpoint, le) "
            f"(rate({L}http_seconds_bucket{{{of}}}[1h]))) > 0)",
            {"service": "Service", "endpoint": "Route", "Value": "Seconds"},
            unit="s",
        ),
        lines("Mails in an hour, by outcome", {
            "{{service}} {{outcome}}": f"sum by (service, outcome) (increase({L}mails_total{{{of}}}[1h]))",
        }),
        lines("Memory", {"{{instance}}": 'process_resident_memory_bytes{job="lederalliancen"}'}, unit="bytes"),
        lines("CPU, share of one core", {
            "{{instance}}": 'rate(process_cpu_seconds_total{job="lederalliancen"}[5m])',
        }, unit="percentunit"),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made


BOARDS = {"steering": steering, "consultants": consultants, "kommune": kommune, "operators": operators}


def _open_places() -> str:
    return f'max({L}places{{state="open"}})'


def _words(list_name: str) -> dict[str, str]:
    return {code: entry.da for code, entry in codes(list_name).entries.items()}
