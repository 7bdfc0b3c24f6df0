"""The contract with the kommuner: what we tell them, and what they may reply."""
