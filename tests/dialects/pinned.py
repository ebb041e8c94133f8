"""What the golden cases of a dialect say they pin."""

from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden"


def rows_of(dialect: str) -> set[str]:
    return {
        line.removeprefix("row: ")
        for about in GOLDEN.glob(f"{dialect}/*/about.md")
        for line in about.read_text("utf-8").splitlines()
        if line.startswith("row: ")
    }
