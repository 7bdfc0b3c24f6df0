"""Addresses that a kommune is told. `app.py` sets them from the settings before anything runs."""

from dataclasses import dataclass


@dataclass
class Links:
    intake: str = "http://127.0.0.1:8001"

    def place(self, referral_id: str) -> str:
        """Where intake shows the place with the leader's contact data, when it may be seen."""
        return f"{self.intake.rstrip('/')}/referrals/{referral_id}/place"


LINKS = Links()
