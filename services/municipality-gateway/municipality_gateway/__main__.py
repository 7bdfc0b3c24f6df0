"""Run the service."""

from municipality_gateway.app import service


def main() -> None:
    service.main()


if __name__ == "__main__":
    main()
