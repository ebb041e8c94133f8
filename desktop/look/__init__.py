"""How the window looks: colours, spacing, type and icons, and nothing of what it shows."""
