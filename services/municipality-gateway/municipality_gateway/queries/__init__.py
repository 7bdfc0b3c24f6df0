"""What is read: its SQL, who may see it, and how it is shown. A kommune sees its own codes only."""
