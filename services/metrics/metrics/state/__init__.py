"""What must be remembered to count: what is open, and what a thing has counted as, in case it was entered in error.

No state depends on the order in which different subjects' events arrive.
"""
