"""What image and speech models take."""

from typing import Any

import pytest

from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.media_rules import check_media
from proxy_core.simulator.refusals import Refusal
from tests.simulator.conftest import said

TTS = "gemini-3.8-flash-tts"
AUDIO = {"responseModalities": ["AUDIO"]}


def voice(name: str) -> dict[str, Any]:
    return {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": name}}}}


@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("gemini-3.1-flash-image", {"imageConfig": {"aspectRatio": "21:9", "imageSize": "4K"}}),
        ("gemini-2.5-flash-image", {"imageConfig": {"aspectRatio": "1:1"}}),
        (TTS, {**AUDIO, **voice("Sulafat")}),
        (TTS, AUDIO),
    ],
)
def test_what_a_model_can_give_is_taken(model: str, config: dict[str, Any]) -> None:
    check_media(said("x", generationConfig=config), CATALOGUE[model])


@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("gemini-3.8-flash", {"imageConfig": {"aspectRatio": "1:1"}}),
        ("gemini-3.1-flash-image", {"imageConfig": {"aspectRatio": "7:5"}}),
        ("gemini-3.1-flash-image", {"imageConfig": {"imageSize": "8K"}}),
        ("gemini-2.5-flash-image", {"imageConfig": {"imageSize": "2K"}}),
        ("gemini-3.8-flash", voice("Kore")),
        (TTS, {**AUDIO, **voice("alloy")}),
        (TTS, {"responseModalities": ["TEXT"]}),
        (TTS, {}),
    ],
)
def test_what_a_model_cannot_give_is_refused(model: str, config: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_media(said("x", generationConfig=config), CATALOGUE[model])


def test_speech_models_take_text_only() -> None:
    request: dict[str, Any] = said("x", generationConfig=AUDIO)
    request["contents"][0]["parts"].append({"inlineData": {"mimeType": "image/png"}})
    with pytest.raises(Refusal):
        check_media(request, CATALOGUE[TTS])
