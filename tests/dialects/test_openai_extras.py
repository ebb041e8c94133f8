from proxy_core.dialects.openai_extras import cache_and_safety, read_extras


def test_the_object_stands_at_the_top_or_nested() -> None:
    assert read_extras({}).fields == {}
    assert read_extras({"google": {"a": 1}}).at == "google"
    nested = read_extras({"google": {"a": 1}, "extra_body": {"google": {"b": 2}}})
    assert (nested.fields, nested.at) == ({"b": 2}, "extra_body.google")


def test_cache_and_safety_are_taken_over() -> None:
    setting = {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}
    extras = read_extras({"google": {"cached_content": "c", "safety_settings": [setting]}})
    assert cache_and_safety(extras) == {"cachedContent": "c", "safetySettings": [setting]}
