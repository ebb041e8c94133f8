"""The order of turns: who may speak after whom, and which answer belongs to which call.

Source: Google's function-calling guide; the sentences are those of its refusals. Not here:
signatures.
"""

from __future__ import annotations

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.refusals import JsonObject, invalid_argument

_ROLES = ("user", "model", "function")


def check_turns(contents: list[JsonObject], card: Card) -> None:
    """Raises Refusal for an order that the model does not take. Roles may still be missing."""
    if not contents:
        raise invalid_argument(
            "* GenerateContentRequest.contents: contents is not specified", "contents"
        )
    for number, content in enumerate(contents):
        _check_content(content, number)
    for number in range(len(contents)):
        _check_pairing(contents, number, card)
    if card.strict_turns:
        _check_strict(contents)


def current_turn(contents: list[JsonObject]) -> int:
    """Index of the first content after the last user message with ordinary content."""
    for number in range(len(contents) - 1, -1, -1):
        if contents[number].get("role", "user") != "user":
            continue
        if any("functionResponse" not in part for part in contents[number].get("parts", [])):
            return number + 1
    return 0


def calls_of(content: JsonObject) -> list[JsonObject]:
    return [part for part in content.get("parts", []) if "functionCall" in part]


def responses_of(content: JsonObject) -> list[JsonObject]:
    return [part for part in content.get("parts", []) if "functionResponse" in part]


def names_of_calls(parts: list[JsonObject]) -> list[str]:
    return [part["functionCall"].get("name", "") for part in parts]


def _check_content(content: JsonObject, number: int) -> None:
    role = content.get("role", "user") or "user"
    if role not in _ROLES:
        raise invalid_argument("Please use a valid role: user, model.", f"contents[{number}].role")
    parts = content.get("parts", [])
    if not parts:
        raise invalid_argument(
            f"* GenerateContentRequest.contents[{number}].parts: contents.parts must not be empty.",
            f"contents[{number}].parts",
        )
    for index, part in enumerate(parts):
        _check_part(part, role, f"contents[{number}].parts[{index}]")


def _check_part(part: JsonObject, role: str, path: str) -> None:
    if not part.keys() - {"thought", "thoughtSignature", "partMetadata"}:
        raise invalid_argument(
            f"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one "
            "initialized field",
            f"{path}.data",
        )
    call, response = part.get("functionCall"), part.get("functionResponse")
    if call is not None and role != "model":
        raise invalid_argument("Function call parts must come from role 'model'.", path)
    if response is not None and role == "model":
        raise invalid_argument("Function response parts must come from role 'user'.", path)
    for kind, value in (("function_call", call), ("function_response", response)):
        if value is not None and not value.get("name"):
            raise invalid_argument(
                f"* GenerateContentRequest.{path}.{kind}.name: Name cannot be empty.",
                f"{path}.{kind}.name",
            )
    if response is not None:
        _check_response(response, path)


def _check_response(response: JsonObject, path: str) -> None:
    """A `$ref` in the payload points at functionResponse.parts; one that points nowhere fails."""
    names = {
        part.get(kind, {}).get("displayName")
        for part in response.get("parts", [])
        for kind in ("inlineData", "fileData")
    }
    waiting = [response.get("response", {})]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if "$ref" in value and reference not in names:
                raise invalid_argument(
                    f"Function response reference {reference!r} does not name a part.", path
                )
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _check_pairing(contents: list[JsonObject], number: int, card: Card) -> None:
    """Calls follow a user turn and are followed by their answers, all in one content."""
    content = contents[number]
    if content.get("role", "user") == "model":
        before = contents[number - 1] if number else None
        if calls_of(content) and (before is None or not _may_precede_call(before, card)):
            raise invalid_argument(
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        return
    calls, responses = _calls_before(contents, number), responses_of(content)
    if responses and not calls:
        raise invalid_argument(
            "Please ensure that function response turn comes immediately after a function call "
            "turn."
        )
    _match(calls, responses, card)


def _may_precede_call(before: JsonObject, card: Card) -> bool:
    if before.get("role", "user") != "model":
        return True
    # Older models take a model's text and its calls in two contents in a row.
    return not card.strict_turns


def _calls_before(contents: list[JsonObject], number: int) -> list[JsonObject]:
    """The calls of the model's contents directly before this one."""
    calls: list[JsonObject] = []
    while number and contents[number - 1].get("role", "user") == "model":
        number -= 1
        calls = calls_of(contents[number]) + calls
    return calls


def _match(calls: list[JsonObject], responses: list[JsonObject], card: Card) -> None:
    if len(calls) != len(responses):
        raise _unequal()
    open_calls = [part["functionCall"] for part in calls]
    for part in responses:
        response = part["functionResponse"]
        found = next((call for call in open_calls if _belongs(response, call, card)), None)
        if found is None:
            raise invalid_argument(
                f"Function response `{response['name']}` does not match any function call of the "
                "previous turn (name or id)."
            )
        open_calls.remove(found)


def _belongs(response: JsonObject, call: JsonObject, card: Card) -> bool:
    if response["name"] != call["name"]:
        return False
    # google-genai's automatic function calling leaves the id out, so its absence must pass.
    return not card.strict_turns or response.get("id", call.get("id")) == call.get("id")


def _check_strict(contents: list[JsonObject]) -> None:
    if contents[0].get("role", "user") == "model":
        raise invalid_argument("Please ensure that the first content has role 'user'.")
    last = contents[-1]
    if last.get("role", "user") == "model":
        raise invalid_argument("Please ensure that the request does not end with a model turn.")
    if calls_of(last):
        raise _unequal()


def _unequal() -> Exception:
    return invalid_argument(
        "Please ensure that the number of function response parts is equal to the number of "
        "function call parts of the function call turn."
    )
