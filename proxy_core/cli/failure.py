"""How a terminal command says that it did not work: a sentence, a next step and an exit code."""

FAILED, STORE_CLOSED, TAKEN, WRONG_USAGE = 1, 4, 3, 2


class CommandFailed(Exception):
    """The command ends here; both texts are for people and hold no secret."""

    def __init__(self, sentence: str, next_step: str = "", *, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.code = code
        "The exit code."
