"""Stop sequences beyond those that Google takes: found in the text on its way to the client.

Google still writes its answer to the end, which the client does not get to see.
"""


class Stops:
    """Watches one running text. Per exchange."""

    __slots__ = ("_held", "_sequences", "found")

    def __init__(self, sequences: tuple[str, ...]) -> None:
        self._sequences = sequences
        self._held = ""
        "The end of the text, where it may be the beginning of a sequence."
        self.found: str | None = None
        "The sequence that ended the text."

    def take(self, text: str) -> str:
        """What may go out now. Nothing may behind a sequence."""
        if self.found is not None:
            return ""
        text = self._held + text
        if hit := self._first_hit(text):
            place, self.found = hit
            self._held = ""
            return text[:place]
        waits = self._begun(text)
        self._held = text[len(text) - waits :]
        return text[: len(text) - waits]

    def rest(self) -> str:
        """What was held, once the text is over."""
        rest, self._held = self._held, ""
        return rest

    def _first_hit(self, text: str) -> tuple[int, str] | None:
        """Where a sequence begins, and which: the one that is complete first."""
        places = ((text.find(each), each) for each in self._sequences)
        return min(
            ((place, each) for place, each in places if place >= 0),
            key=lambda hit: (hit[0] + len(hit[1]), hit[0]),
            default=None,
        )

    def _begun(self, text: str) -> int:
        """How much of the end of the text begins a sequence."""
        return max(
            (
                size
                for each in self._sequences
                for size in range(1, min(len(each), len(text) + 1))
                if text.endswith(each[:size])
            ),
            default=0,
        )
