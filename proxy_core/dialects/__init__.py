"""What clients speak. Each dialect turns requests into calls and chunks into frames, purely."""
