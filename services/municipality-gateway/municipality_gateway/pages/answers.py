"""What a page of a referral shows, and how it takes an answer: the same by a link and after login."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from starlette.responses import Response

from municipality_gateway import texts
from municipality_gateway.api.links import forward
from municipality_gateway.commands.links import ForwardBody
from municipality_gateway.letters import WHY, came_of
from municipality_gateway.pages import acts
from municipality_gateway.queries.cases import CaseView, ProposalView, case_of, colleagues
from shared.catalogue import calendar, tasks
from shared.catalogue import kommuner as catalogue
from shared.catalogue.codes import codes
from shared.catalogue.forms import forms
from shared.catalogue.reach import Reach
from shared.runtime import Runtime
from shared.web.access import LinkHolder, Principal
from shared.web.pages.forms import Form
from shared.web.pages.page import Page

FORWARD = "videre"
SEALED_FOR = "place"


class Way(NamedTuple):
    """How somebody came to a referral: under which address, as whom; `source` names them among replies."""

    base: str
    who: Principal
    referral_id: str
    source: str
    route: str


async def show(page: Page, way: Way, runtime: Runtime, template: str, **more: Any) -> Response:
    case = await case_of(runtime, way.who, way.referral_id, way.route)
    leader = _leader(page, way, case)
    return page.show(template, case=case, base=way.base, words=Words(page, case), leader=leader, **more)


def _leader(page: Page, way: Way, case: CaseView) -> str | None:
    """Where intake shows whom to call, from accepted *and* guided; it knows a link's holder by what we have sealed."""
    if not case.referral.guided or case.referral.state in ("requested", "rejected", "failed"):
        return None
    path = f"/pladser/hos/{case.referral.id}"
    if isinstance(way.who, LinkHolder):
        known = {"sub": way.who.sub, "referral_id": case.referral.id, "kommune": case.referral.kommune}
        path = f"/pladser/ved-link/{page.site.sessions.seal(SEALED_FOR, known)}"
    return path if page.has(path) else None


async def show_act(page: Page, way: Way, act: str, form: Form, runtime: Runtime) -> Response:
    case = await case_of(runtime, way.who, way.referral_id, f"{way.route}/{{act}}")
    words = Words(page, case)
    if act == FORWARD:
        found = await colleagues(runtime, way.who, case.referral, f"{way.route}/{{act}}")
        return page.show("act_forward.html", case=case, base=way.base, words=words, form=form, colleagues=found)
    how, thing = acts.named(case, act, page)
    if thing is None:
        return page.go(way.base, allerede="1")
    form.begin(acts.known(act, thing, runtime.clock.now()))
    form.stands = acts.stands(case, thing)
    return page.show(
        f"act_{how.template}.html", case=case, base=way.base, words=words, form=form, thing=thing,
        latest=acts.latest_hold(case.referral, page.today),
        joint=acts.joint(case.referral.kommune),
    )  # fmt: skip


async def take(page: Page, way: Way, act: str, form: Form, runtime: Runtime) -> Response:
    """What is wrong is shown beside its field, whoever finds it."""
    with form.judging():
        case = await case_of(runtime, way.who, way.referral_id, f"{way.route}/{{act}}")
        if act == FORWARD:
            body = form.read(ForwardBody)
            await forward(UUID(way.referral_id), body, way.who, form.dispatch, runtime)
            return page.go(way.base, svar=act)
        how, thing = acts.named(case, act, page)
        if thing is None:
            return page.go(way.base, allerede="1")
        if meanwhile := acts.MEANWHILE.get((acts.stands(case, thing), act)):
            form.must_have_seen(acts.stands(case, thing), *meanwhile)
        await acts.say(form, how, case, thing, way.who, way.source, runtime)
        return page.go(way.base, svar=act)
    return form.again(await show_act(page, way, act, form, runtime))


class Words:
    """Codes and numbers as people say them."""

    def __init__(self, page: Page, case: CaseView) -> None:
        self._page, self._referral = page, case.referral
        place = catalogue.kommune(case.referral.place_kommune)
        self.place_kommune, self.kommune = place.formal_name, catalogue.kommune(case.referral.kommune).formal_name
        told = case.referral.told
        postal = catalogue.postal_code(told.postnr) if told else None
        self.town = postal.town if postal else place.name
        self.where = f"{told.postnr} {postal.town}" if told and postal else place.formal_name
        self.is_own = case.referral.kommune == case.referral.place_kommune
        self.travel = texts.why(Reach(case.referral.kommune, case.referral.why, case.referral.minutes), place.code)

    def why(self, reason: str) -> str:
        """Why nobody is wanted any more, as the mails say it."""
        return WHY[self._page.language].get(reason, "").format(place_kommune=self.place_kommune)

    def came_of(self, proposal: ProposalView) -> str:
        """What became of it, as the mails say it."""
        name = self._page.t(f"forslag {proposal.number}", f"proposal {proposal.number}")
        return came_of(proposal.end or "elsewhere", proposal.match.reason, name, self._page.language)

    def label(self, code_list: str, code: str) -> str:
        """A code that an older or a newer build knows is not shown."""
        known = codes(code_list)
        return known.label(code, self._page.language) if code in known else ""

    def labels(self, code_list: str, found: object) -> list[str]:
        return [label for code in found if (label := self.label(code_list, code))]  # type: ignore[attr-defined]

    def tasks(self, found: Iterable[str]) -> list[str]:
        """One in the leader's own words is told by its kind."""
        return [words for code in found if (words := tasks.told(code, self._page.language))]

    def few(self, code_list: str) -> list[tuple[str, str]]:
        """Without the tasks that some lists hold as well: too many to tick."""
        of_tasks = codes("tasks")
        return [(code, words) for code, words in self._page.choices(code_list) if code not in of_tasks]

    def options(self, code_list: str, *only: str) -> list[tuple[str, str]]:
        return [(code, words) for code, words in self._page.choices(code_list) if code in only]

    @property
    def forms(self) -> list[tuple[str, str]]:
        """Of the place; where that is not known, all that are offered."""
        told = self._referral.told
        offered = [form.code for form in forms(self._page.today) if form.offered]
        return self.capital(self.options("forms", *(told.forms if told else offered)))

    @property
    def paid_forms(self) -> list[tuple[str, str]]:
        paid = [form.code for form in forms(self._page.today) if form.offered and form.pay != "none"]
        return self.capital(self.options("forms", *paid))

    @staticmethod
    def capital(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(code, words[:1].upper() + words[1:]) for code, words in found]

    def number(self, value: float) -> str:
        return f"{value:g}".replace(".", ",") if self._page.language == "da" else f"{value:g}"

    def hours(self, value: float) -> str:
        return self._page.t(f"{self.number(value)} timer om ugen", f"{self.number(value)} hours a week")

    def span(self, first: float, last: float) -> str:
        later = self._page.t(f", på sigt op til {self.number(last)}", f", later up to {self.number(last)}")
        return self.hours(first) + (later if last > first else "")

    def time(self, at: datetime) -> str:
        local = at.astimezone(calendar.DENMARK)
        return f"{self._page.day(at)} {self._page.t('kl.', 'at')} {local:%H:%M}"
