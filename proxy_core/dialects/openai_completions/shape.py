"""What a request decides about its answer: handed from parsing to rendering."""

from typing import NamedTuple


class Shape(NamedTuple):
    """How the answer is to look."""

    model: str
    stream: bool = False
    usage_chunk: bool = False
    "The stream ends with a chunk of usage (`include_usage`)."
    echoes: tuple[str, ...] = ()
    "The prompts, where each completion begins with its own."
    prompts: int = 1
    choices: int = 1
    "Of each prompt; the choices of the first prompt come first."
    per_call: int = 1
    "Choices that come as candidates of one call."

    def echo(self, index: int) -> str:
        """What choice `index` begins with."""
        return self.echoes[index // self.choices] if self.echoes else ""
