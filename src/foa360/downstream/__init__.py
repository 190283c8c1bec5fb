"""Data sets that trained networks are transferred to, and how they are used there."""
