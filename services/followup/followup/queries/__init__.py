"""What is read: its SQL, who may see it, and how it is shown: ids, codes and dates."""
