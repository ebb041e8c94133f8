import pytest

from proxy_core.dialects.openai_images.sizes import QUALITIES, RATIOS, image_config, nearest_ratio
from proxy_core.errors import BadRequest
from proxy_core.simulator.media_rules import RATIOS as TAKEN

MODEL = "gemini-nano-banana-2.1"


@pytest.mark.parametrize("ratio", RATIOS)
def test_every_ratio_is_nearest_to_itself(ratio: str) -> None:
    width, _, height = ratio.partition(":")
    assert nearest_ratio(int(width) * 100, int(height) * 100) == ratio
    assert ratio in TAKEN


@pytest.mark.parametrize(
    ("size", "ratio", "large"),
    [
        ("256x256", "1:1", None),
        ("1000x1001", "1:1", None),
        ("1280x960", "4:3", None),
        ("1536x1024", "3:2", None),
        ("1552x1040", "3:2", "2K"),
        ("2560x1440", "16:9", "2K"),
        ("2576x1440", "16:9", "4K"),
        ("3840x1280", "21:9", "4K"),
        ("1024x3072", "9:16", "4K"),
    ],
)
def test_a_size_becomes_a_ratio_and_one_of_three_sizes(
    size: str, ratio: str, large: str | None
) -> None:
    expected = {"aspectRatio": ratio} | ({"imageSize": large} if large else {})
    assert image_config({"size": size}, MODEL) == expected


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_of_the_api_is_known(quality: str) -> None:
    expected = {} if QUALITIES[quality] is None else {"imageSize": "2K"}
    assert image_config({"quality": quality}, MODEL) == expected


@pytest.mark.parametrize(
    "body", [{"size": "big"}, {"size": "0x5"}, {"size": "1024"}, {"size": 7}, {"quality": "best"}]
)
def test_what_is_no_size_or_quality_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        image_config(body, MODEL)
