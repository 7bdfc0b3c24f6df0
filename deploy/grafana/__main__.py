"""Write the dashboards down: `python -m deploy.grafana`."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.boards import BOARDS, Board

FOLDER = Path(__file__).parent / "provisioning/dashboards"


def written(board: Board) -> str:
    return JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False).encode(board.build()) + "\n"


if __name__ == "__main__":
    for name, make in BOARDS.items():
        (FOLDER / f"{name}.json").write_text(written(make()), encoding="utf-8")
