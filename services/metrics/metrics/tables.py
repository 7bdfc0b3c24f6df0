"""Figures as people read them: the same table on the page and in its file, each number once."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from io import StringIO
from itertools import groupby
from typing import Literal

from metrics import figures, texts
from metrics.queries.base import NONE
from metrics.queries.journeys import WAYS, JourneysView, NodeView, Step, region_of
from metrics.queries.kpis import DurationView, EffectView, KpisView, WorthView
from shared.catalogue import files
from shared.catalogue.assumptions import Assumptions, rounded
from shared.catalogue.kommuner import KOMMUNER
from shared.web.problems import Language

Name = Literal["trin", "tider", "kickoff", "regioner", "kommuner", "perioder", "vaerdi"]
LONG: tuple[Step, ...] = ("signed-up", "opened", "agreed", "started", "moved-on")


@dataclass(frozen=True)
class Cell:
    """A number as it is shown, and as a spreadsheet takes it. `number` is None where it is hidden, or there is none."""

    shown: str
    number: Decimal | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Row:
    """`share`: of the longest bar beside it, in per cent. `address`: of it alone. `inner`: a part of the
    row above."""

    head: str
    cells: Sequence[Cell]
    means: str = ""
    share: int | None = None
    group: str = ""
    address: str = ""
    inner: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    heads: Sequence[str]
    """Of the first column, and of each number's."""
    rows: Sequence[Row]
    units: Sequence[str] = ()
    """Of each number, where a column has one that its head does not say."""

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        return [(group, list(rows)) for group, rows in groupby(self.rows, lambda row: row.group)]

    @property
    def hides(self) -> bool:
        return any(cell.hidden for row in self.rows for cell in row.cells)


class Writer:
    """Tables in one language. `on`: the day that they are of."""

    def __init__(self, language: Language, on: date) -> None:
        self.language, self.on = language, on

    def t(self, da: str, en: str) -> str:
        return da if self.language == "da" else en

    # -- numbers -------------------------------------------------------------------------------------------------------

    def number(self, value: int | Decimal | Fraction | None, decimals: int = 0, unit: str = "") -> Cell:
        """1.234,5 or 1,234.5; of None that it is hidden."""
        if value is None:
            return Cell(self.t("Skjult", "Hidden"), hidden=True)
        exact = rounded(Fraction(value), decimals)
        shown = f"{exact:,.{decimals}f}"
        if self.language == "da":
            shown = shown.translate(str.maketrans(",.", ".,"))
        return Cell(f"{shown} {unit}".strip(), exact)

    def share(self, part: int | None, whole: int | None) -> Cell:
        if part is None or not whole:
            return Cell("")
        return self.number(Fraction(part * 100, whole), unit="%")

    def duration(self, hours: int | None) -> Cell:
        """In hours up to two days, then in days."""
        if hours is None:
            return self.number(None)
        if hours < 1:
            return Cell(self.t("under en time", "under an hour"), Decimal(0))
        unit = self.t("dage", "days") if hours >= 48 else self.t("timer", "hours")
        shown = self.number(Fraction(hours, 24) if hours >= 48 else hours).shown
        return Cell(self.t("1 time", "1 hour") if hours == 1 else f"{shown} {unit}", Decimal(hours))

    # -- names ---------------------------------------------------------------------------------------------------------

    def node(self, by: str, of: str) -> str:
        if of == NONE:
            return self.t("Uden kick-off", "Without a kick-off") if by == "kickoff" else self.t("Ukendt", "Not known")
        if by == "period":
            year, _, quarter = of.partition("-Q")
            return self.t(f"{quarter}. kvartal {year}", f"Quarter {quarter} of {year}") if quarter else year
        if by == "region":
            return regions(self.on).get(of, of)
        return KOMMUNER[of].name if by == "kommune" and of in KOMMUNER else kickoff(of)

    # -- tables --------------------------------------------------------------------------------------------------------

    def steps(self, found: JourneysView) -> Table:
        rows = []
        most = max((cell.value or 0 for cell in found.steps.values()), default=0)
        for way, steps in WAYS.items():
            for step in steps:
                value, whole = found.steps[step].value, found.steps[steps[0]].value
                share = Cell("") if step == steps[0] else self.share(value, whole)
                rows.append(
                    Row(
                        self.t(*texts.STEPS[step]),
                        (self.number(value), share),
                        means=self.t(*texts.MEANS[step]),
                        share=round(100 * value / most) if value and most else None,
                        group=self.t(*texts.WAYS[way]),
                    )
                )
        heads = (self.t("Trin", "Step"), self.t("Antal", "Number"), self.t("Andel", "Share"))
        return Table(
            self.t("Fra tilmelding til job eller uddannelse", "From signing up to a job or education"),
            heads,
            rows,
            ("", "%"),
        )

    def times(self, median_hours: Mapping[str, DurationView]) -> Table:
        rows = []
        for step, (words, means) in texts.TIMES.items():
            if one := median_hours.get(step):
                cells = (self.duration(one.median), self.number(one.value))
                rows.append(Row(self.t(*words), cells, means=self.t(*means)))
        heads = (
            self.t("Fra og til", "From and to"),
            self.t("Halvdelen på højst", "Half within"),
            self.t("Antal", "Number"),
        )
        return Table(
            self.t("Hvor lang tid det tager", "How long it takes"), heads, rows, (self.t("timer", "hours"), "")
        )

    def kickoffs(self, found: JourneysView, kpis: KpisView) -> Table:
        companies = {part.of[0]: part for part in kpis.by[figures.COMPANIES.name]}
        nodes = {node.of: node for node in found.by["kickoff"]}
        rows = []
        for of in sorted({*companies, *nodes}, key=lambda of: (of == NONE, of)):
            part = companies.get(of)
            # A breakdown that cannot hide what is small says nothing.
            value = part.value if part else 0 if companies else None
            row = self._row("kickoff", of, nodes.get(of), LONG)
            rows.append(Row(row.head, (self.number(value), *row.cells), address=row.address))
        heads = (self.t("Kick-off", "Kick-off"), self.t("Virksomheder", "Companies"), *self._heads(LONG))
        return Table(self.t("Hvad der kom ud af hver kick-off", "What came of each kick-off"), heads, rows)

    def regions(self, found: JourneysView) -> Table:
        nodes = {node.of: node for node in found.by["region"]}
        rows = [self._row("region", of, nodes.get(of), LONG) for of in dict.fromkeys([*regions(self.on), *nodes])]
        return Table(self.t("Region for region", "By region"), (self.t("Region", "Region"), *self._heads(LONG)), rows)

    def kommuner(self, found: JourneysView) -> Table:
        """Leaders and places; the young people of one kommune would be too few."""
        nodes, few = {node.of: node for node in found.by["kommune"]}, LONG[:2]
        names = sorted(nodes, key=lambda of: (of == NONE, danish(self.node("kommune", of))))
        rows = [self._row("kommune", of, nodes[of], few) for of in names]
        return Table(self.t("Kommune for kommune", "By kommune"), ("Kommune", *self._heads(few)), rows)

    def periods(self, found: JourneysView) -> Table:
        rows = [
            self._row("period", node.of, node, LONG)
            for node in sorted(found.by["period"], key=lambda node: (node.of[:4], -len(node.of), node.of), reverse=True)
        ]
        heads = (self.t("Begyndt i", "Begun in"), *self._heads(LONG))
        return Table(self.t("År og kvartaler", "Years and quarters"), heads, rows)

    def worth(self, kpis: KpisView, held: Assumptions) -> Table:
        """What is assumed of one year's agreements, side by side with what was observed."""
        seen, t = kpis.observed, self.t
        assumed = kpis.worth if isinstance(kpis.worth, WorthView) else None
        nothing = Cell("") if kpis.funnel[figures.PLACEMENTS_STARTED.name].value == 0 else self.number(None)
        people, jobs, kroner = zip(self._effect(assumed, self.number(None)), self._effect(seen, nothing), strict=True)
        lasting = self.number(Fraction(seen.persist_rate.exact) * 100, unit="%") if seen else nothing
        hours = self.number(Fraction(seen.hours_per_week.exact), 1) if seen else nothing
        rows = [
            Row(
                t("Bliver i job", "Stay in a job"),
                (self.number(held.persist_rate * 100, unit="%"), lasting),
                t("Så mange af dem, der begynder, får løn for timer bagefter.", "Of those who begin, have paid hours."),
                unit="%",
            ),
            Row(
                t("Timer om ugen", "Hours a week"),
                (self.number(held.hours_per_week), hours),
                t("Timer med løn om ugen for hver af dem.", "Paid hours a week of each of them."),
            ),
            Row(
                t("Mennesker", "People"),
                people,
                t(
                    "Antaget: af de seneste 12 måneders aftaler. Set hos os: alle, der har timer med løn nu.",
                    "Assumed: of the agreements of the last 12 months. Seen with us: all who have paid hours now.",
                ),
            ),
            Row(
                t("Fuldtidsstillinger", "Full-time jobs"),
                jobs,
                t("Timerne lagt sammen og delt med et år på fuld tid.", "The hours added up, by a full-time year."),
            ),
            Row(
                t("Værdi om året", "Worth a year"),
                kroner,
                t("Det, staten får mere ind og sparer om året.", "What the state gains and saves a year."),
                unit="kr.",
            ),
        ]
        heads = (t("Led", "Part"), t("Antaget", "Assumed"), t("Set hos os", "Seen with us"))
        return Table(t("Hvad det er værd", "What it is worth"), heads, rows)

    def _effect(self, view: EffectView | None, instead: Cell) -> tuple[Cell, Cell, Cell]:
        """People, full-time jobs, kroner."""
        if view is None:
            return instead, instead, instead
        return (
            self.number(Fraction(view.lasting.exact)),
            self.number(Fraction(view.full_time_equivalents.exact), 1),
            self.number(Fraction(view.kroner_a_year.exact), unit="kr."),
        )

    def named(self, name: Name, found: JourneysView, kpis: KpisView, held: Assumptions) -> Table:
        if name == "kickoff":
            return self.kickoffs(found, kpis)
        if name == "vaerdi":
            return self.worth(kpis, held)
        if name == "tider":
            return self.times(found.median_hours)
        of = {
            "trin": self.steps, "regioner": self.regions, "kommuner": self.kommuner,
            "perioder": self.periods,
        }  # fmt: skip
        return of[name](found)

    def _heads(self, steps: Sequence[Step]) -> list[str]:
        return [self.t(*texts.SHORT[step]) for step in steps]

    def _row(self, by: str, of: str, node: NodeView | None, steps: Sequence[Step]) -> Row:
        """One that nothing has been counted of has 0 of all."""
        cells = [self.number(node.steps[step].value if node else 0) for step in steps]
        inner = by == "period" and "-" in of
        return Row(self.node(by, of), cells, address=f"{by}.{of}" if node else "", inner=inner)


@cache
def regions(on: date) -> Mapping[str, str]:
    """As `region_of` names them -> their names, from north to south."""
    found = {region_of(code, on): region for code, one in KOMMUNER.items() if (region := one.region(on))}
    return {of: found[of].name for of in sorted(found)}


def kickoff(of: str) -> str:
    """Its name lies in intake, and no text travels between services: its id, as one would write it."""
    words = [_towns().get(word, word) for word in of.split("-")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


@cache
def _towns() -> Mapping[str, str]:
    """naestved -> Næstved"""
    names = {one.name for one in KOMMUNER.values()} | {row["town"] for row in files.rows("postal.csv")}
    return {name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa"): name for name in sorted(names)}


def danish(name: str) -> str:
    """To sort by: æ, ø and å come last."""
    return name.lower().translate(str.maketrans("æøå", "{|}"))


def file_of(table: Table) -> bytes:
    """As a Danish Excel opens it: semicolons, decimal commas, and a mark that says it is UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    grouped = any(row.group for row in table.rows)
    units = ["", *(table.units or [""] * (len(table.heads) - 1))]
    heads = [_of(head, unit) for head, unit in zip(table.heads, units, strict=True)]
    writer.writerow([_safe(head) for head in (*([""] if grouped else []), *heads)])
    for row in table.rows:
        lead = [row.group] if grouped else []
        writer.writerow([_safe(cell) for cell in (*lead, _of(row.head, row.unit), *map(_written, row.cells))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _of(head: str, unit: str) -> str:
    return f"{head} ({unit})" if unit else head


def _written(cell: Cell) -> str:
    return cell.shown if cell.number is None else f"{cell.number:f}".replace(".", ",")


def _safe(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
