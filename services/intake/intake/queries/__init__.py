"""What is read: its SQL, who may see it, and how it is shown. Contact data are opened here and nowhere else."""
