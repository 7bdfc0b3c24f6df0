"""Metrics: decides nothing; what the four kept topics add up to."""
