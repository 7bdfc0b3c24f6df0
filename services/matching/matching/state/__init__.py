"""What matching knows."""
