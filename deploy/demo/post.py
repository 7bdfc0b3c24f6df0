"""`python -m deploy.demo.post`: the demo's mail, until SIGTERM. What comes is kept in memory and goes no further.

Environment: POST_SMTP_PORT, and POST_PORT for a page on 127.0.0.1 that shows what came (`/` to read, `/mails` as JSON).
"""

import asyncio
import os
import re
from html import escape

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from deploy.local.post import Post, post_office, text_of

_LINK = re.compile(r"https?://[^\s<>]+")
_HEAD = """<!doctype html><html lang="da"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Demoens post</title><style>body{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}
article{border-top:1px solid #ccd;padding:1em 0}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}</style>
<h1>Demoens post</h1><p>Det, systemet har skrevet til ledere og kontaktpersoner, det nyeste først.</p>"""


def app(post: Post) -> FastAPI:
    made = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @made.get("/", response_class=HTMLResponse)
    def read() -> str:
        shown = "".join(
            f"<article><p>Til {escape(mail['to'])}</p><h2>{escape(mail['subject'])}</h2>"
            f"<pre>{_linked(mail['text'])}</pre></article>"
            for mail in reversed(mails())
        )
        return _HEAD + (shown or "<p>Der er ikke kommet noget endnu.</p>")

    @made.get("/mails")
    def mails() -> list[dict[str, str]]:
        return [{"to": str(m["To"]), "subject": str(m["Subject"]), "text": text_of(m)} for m in post.came]

    return made


def _linked(text: str) -> str:
    return _LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(text))


async def main() -> None:
    async with post_office(Post(int(os.environ["POST_SMTP_PORT"]))) as post:
        port = int(os.environ["POST_PORT"])
        # Addresses of links stand in nobody's log.
        await uvicorn.Server(uvicorn.Config(app(post), port=port, log_config=None, access_log=False)).serve()


if __name__ == "__main__":
    asyncio.run(main())
