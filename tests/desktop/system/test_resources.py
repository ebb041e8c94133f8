from desktop.system import resources


def test_resources_are_found_in_a_checkout() -> None:
    assert resources.path("icon.svg").is_file()


def test_a_file_that_is_missing_has_a_path_all_the_same() -> None:
    assert resources.path("translations/pollux_xx.qm").parent.name == "translations"
