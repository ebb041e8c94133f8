"""The bill of materials: CycloneDX 1.6 JSON, the same for the same parts.

Source: https://cyclonedx.org/docs/1.6/json/
"""

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from resources.installer.build import APP_ID, HOMEPAGE, Build
from resources.installer.parts import Part

_PACKAGE = "pkg:pypi/pollux-proxy"


def render(build: Build, parts: Iterable[Part]) -> str:
    """The file's text. parts: in the order in which they are to stand there."""
    listed = [_component(part) for part in parts]
    own = f"{_PACKAGE}@{build.version}"
    # Of what is inside, so that the number changes when a part does.
    seed = json.dumps([own, listed])
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, seed).urn,
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(build.epoch, UTC).isoformat(),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": APP_ID,
                "version": build.version,
                "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
                "externalReferences": [{"type": "website", "url": HOMEPAGE}],
            },
        },
        "components": listed,
        "dependencies": [{"ref": own, "dependsOn": [component["bom-ref"] for component in listed]}],
    }
    return json.dumps(bill, indent=2, ensure_ascii=False) + "\n"


def _component(part: Part) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
    }
    if part.licence:
        component["licenses"] = [_licence(part.licence)]
    return component


def _licence(words: str) -> dict[str, Any]:
    """An SPDX expression has no spaces but around its operators; all else is a name."""
    terms = words.replace("(", " ").replace(")", " ").split()
    operators = {"AND", "OR", "WITH"}
    single = len([term for term in terms if term not in operators])
    joined = len(terms) - single
    if single == joined + 1 and all(
        "-" in term or term in operators | {"MIT", "ISC"} for term in terms
    ):
        return {"expression": words}
    return {"license": {"name": words}}
