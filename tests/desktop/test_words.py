from desktop import words


def test_sentences_stand_one_after_the_other_and_empty_ones_are_left_out() -> None:
    assert words.sentences("It failed.", "", "Try again.") == "It failed. Try again."
    assert words.sentences("", "Try again.") == "Try again."
    assert words.sentences("", "") == ""
