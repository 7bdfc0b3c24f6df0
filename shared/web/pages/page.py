"""One page as it is answered: in whose language, with which words and numbers, by which template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

import phonenumbers
from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.catalogue import calendar
from shared.catalogue.calendar import DENMARK
from shared.catalogue.codes import codes
from shared.catalogue.refusal import in_danish
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.pages import sessions, static
from shared.web.pages.router import Pages, answers
from shared.web.pages.sessions import Session, Sessions
from shared.web.problems import Language

SPOKEN = "__Host-sprog"
_YEAR = 365 * 24 * 3600
_HTML = [(b"accept", b"text/html")]
# What somebody works with, by role; the first is where they begin.
MENU: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "leader": (("/min-side", "Min side", "My page"),),
    "consultant": (
        ("/i-dag", "I dag", "Today"),
        ("/ledere", "Ledere", "Leaders"),
        ("/henvendelser", "Henvendelser", "Referrals"),
        ("/match", "Forslag", "Proposals"),
        ("/forloeb", "Forløb", "Placements"),
        ("/kommuner", "Kommuner", "Kommuner"),
        ("/rute", "Rute", "Route"),
        ("/tal", "Tal", "Figures"),
    ),
    "kommune": (("/henvendelser", "Henvendelser", "Referrals"), ("/kommune", "Kommunen", "The kommune")),
    "partner": (("/tal", "Tal", "Figures"),),
}
# A browser tells the origin of a form by it, so not `no-referrer`; another site is told nothing.
REFERRER = "same-origin"
A_KEY = ("/svar/", "/min-side/")  # who knows the address may answer: it is told to nobody, not even to ourselves


@cache
def templates(package: str) -> Environment:
    """Those of a service's package by their names, ours as `shared/...`. All is escaped, and nothing may be missing."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=_Loader(package)
    )
    environment.globals |= {"static": static.address, "phone": phone, "tel": tel}
    return environment


class _Loader(PrefixLoader):
    def __init__(self, package: str) -> None:
        super().__init__({"shared": PackageLoader("shared.web"), "own": PackageLoader(package)})

    def get_loader(self, template: str) -> Any:
        return super().get_loader(template if template.startswith("shared/") else f"own/{template}")


@dataclass(frozen=True)
class Site:
    """What every page of a service needs. `package` is where its templates are, `phone` the alliance's.

    `whole`: the host where the pages of all five are one site; elsewhere there are its own `pages` alone.
    """

    package: str
    phone: str | None
    sessions: Sessions
    policy: str
    whole: str
    pages: Pages


class Page:
    """What a template knows as `page`."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.site: Site = request.app.state.site
        asked = request.query_params.get("sprog")
        self._chosen: Language | None = "en" if asked == "en" else "da" if asked == "da" else None
        # Danish unless somebody chose English here: a browser's own language says little in Denmark.
        kept: Language = "en" if request.cookies.get(SPOKEN) == "en" else "da"
        self.language: Language = self._chosen or kept

    def t(self, da: str, en: str) -> str:
        return da if self.language == "da" else en

    @property
    def referrer(self) -> str:
        return "no-referrer" if self.request.url.path.startswith(A_KEY) else REFERRER

    @property
    def in_other_language(self) -> str:
        query = [(name, value) for name, value in self.request.query_params.multi_items() if name != "sprog"]
        return "?" + urlencode([*query, ("sprog", self.t("en", "da"))])

    @property
    def phone(self) -> str | None:
        """Of the alliance, where it is known."""
        return self.site.phone

    @property
    def is_part(self) -> bool:
        """Fetched into a page of another service, or of its own."""
        return "hx-request" in self.request.headers

    @property
    def frame(self) -> str:
        """What a template extends: around a part there is nothing."""
        return "shared/part.html" if self.is_part else "shared/base.html"

    def has(self, path: str) -> bool:
        """Whether there is a page of that address on this site: all of them, or on a service's own port its own."""
        if self.request.headers.get("host") == self.site.whole:
            return True
        return answers(self.site.pages, {"type": "http", "method": "GET", "path": path, "headers": _HTML})

    @property
    def menu(self) -> list[tuple[str, str, bool]]:
        """Address, words, and whether one is there: where somebody of these roles works."""
        roles = self.who.roles if self.who else frozenset()
        here = self.request.url.path
        return [
            (path, self.t(da, en), here == path or here.startswith(f"{path}/"))
            for role, entries in MENU.items()
            if role in roles
            for path, da, en in entries
            if self.has(path)
        ]

    @property
    def login_is_offered(self) -> bool:
        return bool(self.request.app.state.login.is_offered)

    def day(self, value: date | datetime) -> str:
        if isinstance(value, datetime):
            value = value.astimezone(DENMARK)
        name = _MONTHS[self.language][value.month - 1]
        return self.t(f"{value.day}. {name} {value.year}", f"{value.day} {name} {value.year}")

    def choices(self, code_list: str) -> list[tuple[str, str]]:
        """Code and words of each on the list that holds today."""
        today = self.today
        return [(entry.code, self.t(entry.da, entry.en)) for entry in codes(code_list) if entry.holds(today)]

    def words(self, code_list: str, code: str) -> str:
        """What a code says; itself where it is tomorrow's."""
        known = codes(code_list)
        return known.label(code, self.language) if code in known else code

    def number(self, value: float) -> str:
        """7,5 as Danes write it; 7.5"""
        return self.t(in_danish(value), f"{value:g}")

    @property
    def today(self) -> date:
        runtime: Runtime = self.request.app.state.runtime
        return calendar.today(runtime.clock.now())

    def show(self, template: str, *, status: int = 200, **context: Any) -> Response:
        environment = templates(self.site.package)
        words = environment.get_template(template).render(page=self, t=self.t, day=self.day, **context)
        headers = {
            "Content-Language": self.language,
            "Content-Security-Policy": self.site.policy,
            "Referrer-Policy": self.referrer,
            "Vary": "Cookie, HX-Request",
        }
        answer = HTMLResponse(words, status, headers)
        if self._chosen:
            sessions.put(answer, SPOKEN, self._chosen, _YEAR)
        return self._kept(answer)

    def _kept(self, answer: Response) -> Response:
        if self.session:
            self.site.sessions.keep(self.request, answer, self.session)
        return answer

    @property
    def session(self) -> Session | None:
        found: Session | None = getattr(self.request.state, "session", None)
        return found

    @property
    def who(self) -> Principal | None:
        """Who is logged in here, on open pages too."""
        return self.session.who if self.session else None

    def go(self, path: str, **query: str) -> Response:
        """To another page of ours, after something was done."""
        to = f"{path}?{urlencode(query)}" if query else path
        return self._kept(RedirectResponse(to, 303, {"Referrer-Policy": self.referrer}))


def phone(number: str) -> str:
    """As one reads it: 20 12 34 56, or +49 30 901820."""
    parsed = phonenumbers.parse(number, "DK")
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(parsed, form.NATIONAL if parsed.country_code == 45 else form.INTERNATIONAL))


def tel(number: str) -> str:
    """As one taps on it."""
    return str(phonenumbers.format_number(phonenumbers.parse(number, "DK"), phonenumbers.PhoneNumberFormat.RFC3966))


_MONTHS: Mapping[Language, Sequence[str]] = {
    "da": "januar februar marts april maj juni juli august september oktober november december".split(),  # noqa: SIM905
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
}

PageDep = Annotated[Page, Depends(Page)]
