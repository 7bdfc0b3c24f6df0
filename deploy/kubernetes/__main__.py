"""Write the manifests down: `make kubernetes`."""

import io
from pathlib import Path

from ruamel.yaml import YAML

from deploy.kubernetes.manifests import files
from deploy.kubernetes.parts import Manifest

FOLDER = Path(__file__).parent


def written(manifests: list[Manifest]) -> str:
    yaml, out = YAML(), io.StringIO()
    yaml.width, yaml.default_flow_style, yaml.explicit_start = 120, False, True
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump_all(manifests, out)
    return "# Written by `make kubernetes`.\n" + out.getvalue()


if __name__ == "__main__":
    for name, manifests in files().items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written(manifests), encoding="utf-8")
