"""HTTP out: the one pooled session to Google, behind a small interface."""
