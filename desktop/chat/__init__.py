"""The window as a client of its own endpoint: what Try it sends, and how it reads the answer."""
