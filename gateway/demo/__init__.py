"""A fake city that sends through the real ports, and the story told with it; nothing is real."""
