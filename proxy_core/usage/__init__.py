"""Statistics: totals since the start, figures for Prometheus, and what was used when.

Counts only; no text of a request ever comes here.
"""

from proxy_core.usage.minute import MODELS
from proxy_core.usage.statistics import Usage

__all__ = ["MODELS", "Usage"]
