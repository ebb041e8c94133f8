"""The table of models."""

from proxy_core.simulator.catalogue import CATALOGUE


def test_every_default_level_is_one_of_the_levels() -> None:
    for card in CATALOGUE.values():
        assert not card.levels or card.default_level in card.levels


def test_aliases_name_a_model_with_the_same_abilities() -> None:
    for card in CATALOGUE.values():
        if card.alias_of:
            target = CATALOGUE[card.alias_of]
            assert (card.generation, card.levels) == (target.generation, target.levels)


def test_only_text_models_from_gemini_3_on_enforce_signatures() -> None:
    assert CATALOGUE["gemini-3-flash-preview"].enforces_signatures
    assert not CATALOGUE["gemini-2.5-pro"].enforces_signatures
    assert not CATALOGUE["gemini-3-pro-image"].enforces_signatures


def test_a_resource_has_googles_fields() -> None:
    resource = CATALOGUE["gemini-flash-latest"].resource()
    assert resource["name"] == "models/gemini-flash-latest"
    assert resource["baseModelId"] == "gemini-3.8-flash"
    assert resource["thinking"] is True
