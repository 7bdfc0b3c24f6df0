"""The case stories that the demo plays. Neutral: no names of people, nothing that describes who they are."""

from deploy.demo.stories import (
    afterwards,
    s01,
    s02,
    s03,
    s04,
    s05,
    s06,
    s07,
    s08,
    s09,
    s10,
    x1,
    x2,
    x3,
    x4,
    x5,
    x6,
    x7,
    x8,
)

STORIES = (
    s01.STORY,
    s02.STORY,
    s03.STORY,
    s04.STORY,
    s05.STORY,
    s06.STORY,
    s07.STORY,
    s08.STORY,
    s09.STORY,
    s10.STORY,
    x1.STORY,
    x2.STORY,
    x3.STORY,
    x4.STORY,
    x5.STORY,
    x6.STORY,
    x7.STORY,
    x8.STORY,
)
"""Played side by side."""
AFTERWARDS = afterwards.STORY
"""When all stories are told: the figures follow from them, and nothing was lost on the way."""
