"""What image and speech models take and others do not. Source: the image and speech guides.

Not here: modalities (`rules.py`).
"""

from __future__ import annotations

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.refusals import JsonObject, invalid_argument

RATIOS = frozenset({"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"})
SIZES = frozenset({"1K", "2K", "4K"})
_VOICE_NAMES = (
    "Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel "
    "Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux "
    "Pulcherrima Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat"
)
VOICES = frozenset(_VOICE_NAMES.split())


def check_media(request: JsonObject, card: Card) -> None:
    """Raises Refusal for a picture or a voice that the model cannot give."""
    config = request.get("generationConfig", {})
    if "imageConfig" in config:
        _check_picture(config["imageConfig"], card)
    if card.kind == "speech":
        _check_speech(request, config, card)
    elif "speechConfig" in config:
        raise invalid_argument(f"Speech config is not supported for models/{card.id}")


def _check_picture(wanted: JsonObject, card: Card) -> None:
    if card.kind != "image":
        raise invalid_argument(f"Image config is not supported for models/{card.id}")
    if wanted.get("aspectRatio", "1:1") not in RATIOS:
        raise invalid_argument("aspect_ratio must be one of " + ", ".join(sorted(RATIOS)))
    if "imageSize" in wanted and (card.generation < (3, 0) or wanted["imageSize"] not in SIZES):
        raise invalid_argument(f"image_size is not supported for models/{card.id}")


def _check_speech(request: JsonObject, config: JsonObject, card: Card) -> None:
    if config.get("responseModalities") != ["AUDIO"]:
        raise invalid_argument(
            f"The requested combination of response modalities is not supported by models/{card.id}"
        )
    parts = [part for content in request.get("contents", []) for part in content.get("parts", [])]
    if not all("text" in part for part in parts):
        raise invalid_argument(f"models/{card.id} takes text only.")
    voice = config.get("speechConfig", {}).get("voiceConfig", {}).get("prebuiltVoiceConfig", {})
    name = voice.get("voiceName", "Kore")
    if name not in VOICES:
        raise invalid_argument(f"Voice name {name} is not supported.")
