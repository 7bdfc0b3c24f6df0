"""Run the service."""

from metrics.app import service


def main() -> None:
    service.main()


if __name__ == "__main__":
    main()
