"""The pages of all services as one site: who of them answers which address. `python -m deploy.site`: deploy/Caddyfile.

Each service owns the first words of its pages' addresses, and `/api/<service>/` leads to its routes for programs.
"""

import sys
from collections.abc import Mapping

from fastapi.routing import iter_route_contexts

from shared.service import Service, services

FRONT = "intake"  # has the front page and the login; what nobody knows is not found there
# What operators ask of a service is not for the world outside.
HIDDEN = ("metrics", "health/*")


def first_words(service: Service) -> list[str]:
    """`["match"]` for a service whose pages are /match, /match/{id} and so on."""
    pages = iter_route_contexts(service.pages.routes) if service.pages else ()
    return sorted({str(page.path).split("/")[1] for page in pages} - {""})


def caddyfile(address: str, upstreams: Mapping[str, str]) -> str:
    """For Caddy at `address` (http://127.0.0.1:8007, or a name, which gets a certificate), services at `upstreams`."""
    lines = ["{", "\tadmin off", "\tpersist_config off", "}", "", f"{address} {{"]
    for name, service in sorted(services().items()):
        api = f"/api/{name}"
        hidden = [f"{where}/{path}" for where in (api, *([""] if name == FRONT else [])) for path in HIDDEN]
        lines += _block(f"{name}-hidden", hidden, "respond 404")
        lines += [f"\thandle_path {api}/* {{", f"\t\treverse_proxy {upstreams[name]}", "\t}"]
        words = first_words(service)
        if words and name != FRONT:
            paths = [path for word in words for path in (f"/{word}", f"/{word}/*")]
            lines += _block(name, paths, f"reverse_proxy {upstreams[name]}")
    lines += ["\thandle {", f"\t\treverse_proxy {upstreams[FRONT]}", "\t}"]
    lines += [
        "\thandle_errors {",
        '\t\theader Content-Type "text/html; charset=utf-8"',
        f"\t\trespond `{_AWAY}`",
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _block(name: str, paths: list[str], does: str) -> list[str]:
    return [f"\t@{name} path {' '.join(paths)}", f"\thandle @{name} {{", f"\t\t{does}", "\t}"]


_AWAY = (
    '<!doctype html><html lang="da"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Lederalliancen</title><h1>Vi kan ikke nås lige nu</h1><p>Prøv igen om et minut.</p>"
    '<p lang="en">We cannot be reached right now. Try again in a minute.</p></html>'
)


PORT = 8000
"""Of each service in its container."""
_LOGIN = """
# The issuer: the realm's pages, not its administrators'.
login.{$LA_SITE} {
\t@open path /realms/lederalliancen/* /resources/*
\thandle @open {
\t\treverse_proxy keycloak:8080
\t}
\thandle {
\t\trespond 404
\t}
}
"""


def for_compose() -> str:
    """`deploy/Caddyfile`."""
    return caddyfile("{$LA_SITE}", {name: f"{name}:{PORT}" for name in services()}) + _LOGIN


if __name__ == "__main__":
    sys.stdout.write(for_compose())
