"""Code lists and dated facts: data files with typed loaders. Nothing here decides, and nothing reads a clock."""
