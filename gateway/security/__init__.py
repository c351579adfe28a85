"""Who may see what, and how stored personal data is kept unreadable."""
