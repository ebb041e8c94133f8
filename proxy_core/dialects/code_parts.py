"""Code that the model wrote and ran, for clients that have no place of their own for it."""

from proxy_core.gemini.wire import Part


def code_in_words(part: Part) -> str | None:
    """Generated code, or what came of it, as a fenced block; None for any other part."""
    if "executableCode" in part:
        code = part["executableCode"]
        return _fenced(code.get("language", "").lower(), code.get("code", ""))
    if "codeExecutionResult" in part:
        return _fenced("", part["codeExecutionResult"].get("output", ""))
    return None


def _fenced(language: str, text: str) -> str:
    return f"\n```{language}\n{text.rstrip()}\n```\n"
