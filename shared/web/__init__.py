"""What every HTTP surface has in common: who may (access), and what an error looks like (problems)."""
