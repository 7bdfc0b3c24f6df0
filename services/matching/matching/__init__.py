"""Matching: is it possible, does it fit, who must still say yes; and who has which seat."""
