"""A place that is open and a kommune that is asked about it."""

import pytest

from tests.unit.matching.world import World, opened, sent


@pytest.fixture
def world() -> World:
    return World(opened(), sent())
