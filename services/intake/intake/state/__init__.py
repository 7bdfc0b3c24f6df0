"""What intake knows."""
