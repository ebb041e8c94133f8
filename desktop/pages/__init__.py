"""What the window shows, one module a page (and its parts beside it)."""
