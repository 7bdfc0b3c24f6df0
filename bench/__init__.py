"""What is fast, shown by figures: `make bench`."""
