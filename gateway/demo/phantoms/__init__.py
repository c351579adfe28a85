"""Pictures that look like anatomy and show nobody: computed from ellipses, tubes and noise."""
