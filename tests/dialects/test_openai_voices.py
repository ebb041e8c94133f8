from proxy_core.dialects.openai_voices import VOICES, speech_config
from proxy_core.simulator.media_rules import VOICES as GEMINIS


def test_every_voice_of_openais_is_another_one_of_geminis() -> None:
    assert set(VOICES.values()) <= GEMINIS
    assert len(set(VOICES.values())) == len(VOICES)


def test_any_other_name_is_a_voice_of_geminis() -> None:
    prebuilt = speech_config("Zubenelgenubi")["voiceConfig"]["prebuiltVoiceConfig"]
    assert prebuilt == {"voiceName": "Zubenelgenubi"}


def test_a_voice_of_geminis_may_be_written_small() -> None:
    prebuilt = speech_config("kore")["voiceConfig"]["prebuiltVoiceConfig"]
    assert prebuilt == {"voiceName": "Kore"}
