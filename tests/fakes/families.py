"""The families that Pollux ships, for tests of what goes by them."""

from proxy_core.engine.shipped_families import SHIPPED_FAMILIES

family = SHIPPED_FAMILIES.of

__all__ = ["SHIPPED_FAMILIES", "family"]
