"""HTTP in: the front door, the routes, and what each family of routes does."""
