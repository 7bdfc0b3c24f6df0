"""Somebody at a browser: looks at a page as a person would, and says what is wrong with it."""

import os
import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from deploy.local.foreign import ROOT
from tests.browser.chromium import AXE

WIDTHS = {"phone": 360, "desk": 1280}
SCREENS = ROOT / ".local" / "screens"
# Waiting is for a busy machine; nothing is judged by time.
PATIENCE = 30_000
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
_FOCUSED = "document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText"


@dataclass
class Visitor:
    """`page` is Playwright's; `base` the address of the service."""

    page: Page
    base: str
    width: str
    scripts: bool
    wrong: list[str] = field(default_factory=list)
    """Messages of the console, errors of scripts, answers that failed though nobody meant to try."""
    expected: set[int] = field(default_factory=lambda: {422})
    """Statuses that a page may be answered with; a form that has to be corrected is one."""

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def be(self, role: str, **of_role: str) -> None:
        """Logged in, as one chooses to be in a local run: `leader_id=...`, `kommune=...`."""
        form: dict[str, Any] = {"role": role, **of_role}
        await self.page.context.request.post(f"{self.base}/log-ind", form=form, headers={"Origin": self.base})

    async def put_in(self, address: str, words: str) -> None:
        """What another service would answer where a page asks for a part of it."""
        await self.page.route(re.compile(address), lambda route: route.fulfill(body=words, content_type="text/html"))

    async def look(self, name: str) -> None:
        """Nothing wrong for who cannot see or point, nothing in the console, nothing too wide; and a picture of it."""
        await self.page.wait_for_load_state()
        assert self.wrong == []
        await self._not_wider_than(WIDTHS[self.width])
        if self.width == "desk":
            await self._not_wider_than(WIDTHS["desk"] // 2)  # 200 % zoom
        if self.scripts:
            await self.page.evaluate(AXE.read_text("utf-8"))
            found: Any = await self.page.evaluate(f"axe.run({{runOnly: {_RULES}}})")
            assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]] == []
        if os.environ.get("LA_SCREENS"):
            SCREENS.mkdir(parents=True, exist_ok=True)
            file = SCREENS / f"{name}-{self.width}{'' if self.scripts else '-no-js'}.png"
            await self.page.screenshot(path=file, full_page=True)

    async def _not_wider_than(self, width: int) -> None:
        whole: Any = self.page.viewport_size
        await self.page.set_viewport_size({"width": width, "height": whole["height"]})
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width}"
        await self.page.set_viewport_size(whole)

    async def tab_to(self, name: str) -> None:
        """By keyboard alone, from where the focus is, to what is called so."""
        for _ in range(60):
            await self.page.keyboard.press("Tab")
            if str(await self.page.evaluate(_FOCUSED)).strip() == name:
                return
        raise AssertionError(f"no {name} can be reached by keyboard")


async def visitor(browser: Browser, base: str, width: str = "phone", *, scripts: bool = True) -> Visitor:
    context: BrowserContext = await browser.new_context(
        locale="da-DK", viewport={"width": WIDTHS[width], "height": 800}, java_script_enabled=scripts
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    made = Visitor(page, base, width, scripts)

    def answered(response: Response) -> None:
        if response.status >= 400 and response.status not in made.expected:
            made.wrong.append(f"{response.status} {response.url}")

    def said(message: ConsoleMessage) -> None:
        # The browser itself notes each answer of 400 and more, which `expected` judges.
        if not message.text.startswith("Failed to load resource"):
            made.wrong.append(f"{message.type}: {message.text}")

    page.on("response", answered)
    page.on("pageerror", lambda error: made.wrong.append(f"script: {error}"))
    page.on("console", said)
    return made
