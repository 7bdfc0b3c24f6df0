"""The decisions of matching, pure: does it fit, who must say yes, who has which seat."""
