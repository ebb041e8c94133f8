"""Lease, send, judge, and again: the only loop over failures."""
