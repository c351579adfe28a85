"""What the house promises about itself, compared with the code."""
