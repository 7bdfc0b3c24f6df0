"""What stands in a log on a terminal."""

import logging

import pytest
import structlog

from shared import log


def test_an_exception_on_a_terminal_says_where_and_shows_no_variable(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    try:
        log.setup("console")
        known_by_nobody = "Åse " + "Kjærgård"
        try:
            raise LookupError(len(known_by_nobody))
        except LookupError:
            structlog.get_logger().exception("it_failed")
        said = capsys.readouterr().err
    finally:
        root.handlers[:], level, config = before
        root.setLevel(level)
        structlog.configure(**config)
    assert "it_failed" in said
    assert "test_log.py" in said
    assert "Kjærgård" not in said
