"""Which credential: order, leases, standings. Decides on plain state; `relay` acts."""
