"""What went wrong with the local stack, said to the person who started it."""


class StackError(Exception):
    """One clear line: what is wrong and what to do. The caller prints it."""
