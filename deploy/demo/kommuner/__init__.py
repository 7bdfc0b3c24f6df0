"""Simulated kommuner: outsiders who know nothing of us but the published contract.

One separate program for all of them, as a vendor of municipal systems would run it. It imports nothing of ours.
"""

from pathlib import Path

SCRIPT = Path(__file__).with_name("kommuner.json")
"""How each behaves, and whom it knows."""
