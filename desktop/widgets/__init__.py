"""The kit that pages and dialogs are made of; it knows nothing of Pollux."""
