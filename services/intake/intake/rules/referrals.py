"""A referral's placements, counted as sets: an ending may come before its agreement, and either of them twice."""

from intake.state.referrals import Referral


def living(referral: Referral, match_id: str) -> Referral:
    if match_id in referral.ended:
        return referral
    return referral.changed(living=referral.living | {match_id})


def ended(referral: Referral, match_id: str) -> Referral:
    return referral.changed(living=referral.living - {match_id}, ended=referral.ended | {match_id})
