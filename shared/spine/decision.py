"""The outcomes of a decision that are not events: it must not happen, or it cannot be decided yet."""

from shared.catalogue.rules import rule


class Refused(Exception):  # noqa: N818 - an outcome, not a failure
    """It must not happen. Nothing is stored; the one who asked is told which rule, which field and the way out.

    `rule` is a rule id (R-...) or a reply-refusal code; `da` and `en` say the rule and the way out in one sentence.
    """

    def __init__(self, rule: str, field: str, da: str, en: str, status: int = 422) -> None:
        super().__init__(rule, field)
        self.rule, self.field, self.da, self.en, self.status = rule, field, da, en, status

    @classmethod
    def by(cls, rule_id: str, field: str, status: int = 422) -> "Refused":
        """A rule of the catalogue, in its own words: what it says and the way out."""
        said = rule(rule_id)
        return cls(rule_id, field, f"{said.da} {said.way_out_da}", f"{said.en} {said.way_out_en}", status)


class NotYet(Exception):  # noqa: N818
    """It cannot be decided before something else has arrived: the spine parks the message under that key."""

    def __init__(self, waits_for: tuple[str, str]) -> None:
        super().__init__(waits_for)
        self.waits_for = waits_for


class Outdated(Exception):  # noqa: N818
    """What the command was made from has changed meanwhile: look again, and make it anew. Nothing is stored."""


class Poison(Exception):  # noqa: N818
    """It can never succeed as it is. `code` goes into the dead letter; the text of the message never does."""

    def __init__(self, code: str, stage: str = "decide") -> None:
        super().__init__(code)
        self.code, self.stage = code, stage
