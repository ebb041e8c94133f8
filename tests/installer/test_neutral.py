"""Paths of the builder's machine taken out of files."""

from pathlib import Path

from resources.installer.neutral import configuration, neutralise, without


def test_a_path_is_replaced_by_one_of_the_same_length() -> None:
    before = b"\0/build/python/3.11/lib\0more"
    after = without(before, [b"/build/python/3.11"])
    assert len(after) == len(before)
    assert after == b"\0" + b"/usr".ljust(13, b"/") + b"/3.11/lib\0more"


def test_what_a_linker_stored_in_the_end_of_a_path_stays() -> None:
    content = b"/made-up/pythons/vers/3.11.7\0"
    after = without(content, [b"/made-up/pythons/vers/3.11.7"])
    assert after.endswith(b"/3.11.7\0")
    assert b"made-up" not in after


def test_only_files_that_name_one_are_written(tmp_path: Path) -> None:
    named, other = tmp_path / "libpython.so", tmp_path / "sub" / "other"
    other.parent.mkdir()
    named.write_bytes(b"x/build/python/lib/build/python/venv")
    other.write_bytes(b"/usr/lib")
    (tmp_path / "link").symlink_to("libpython.so")
    assert neutralise(tmp_path, ["/build/python", "/build/python/venv"]) == [named]
    assert b"build" not in named.read_bytes()


def test_a_prefix_that_names_no_machine_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"/usr/lib")
    assert neutralise(tmp_path, ["/usr", "/"]) == []


def test_python_s_configuration_keeps_what_programs_ask_for() -> None:
    known = {"TZPATH": "/usr/share/zoneinfo", "CC": "gcc", "prefix": "/build/python"}
    told: dict[str, object] = {}
    exec(configuration(known), told)
    assert told["build_time_vars"] == {"TZPATH": "/usr/share/zoneinfo"}
