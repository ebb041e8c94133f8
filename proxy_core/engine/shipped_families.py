"""What models can do as Pollux ships it: `gemini/families.toml`, read when this module is loaded.

Protocol code reads no files; and read here, it costs no loop a moment, as code does not either.
"""

import tomllib
from pathlib import Path

from proxy_core import gemini
from proxy_core.gemini.family_rows import read_rows

_FILE = Path(*gemini.__path__) / "families.toml"

SHIPPED_FAMILIES = read_rows(tomllib.loads(_FILE.read_text("utf-8")))
