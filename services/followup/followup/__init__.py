"""Follow-up: how a placement goes, what is hard, what helps, and what becomes of it."""
