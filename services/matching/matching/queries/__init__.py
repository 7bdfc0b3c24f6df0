"""What is read, and by whom."""
