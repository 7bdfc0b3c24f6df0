"""What follow-up knows."""
