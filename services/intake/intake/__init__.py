"""Intake: sign-up, the call list, what makes a place, and the leader's own status."""
