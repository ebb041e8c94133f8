"""Every file of the program is looked into."""

import zipfile
from pathlib import Path

from resources.installer.client import PLACE
from resources.installer.inspection import contents


def test_archives_and_links_are_looked_into_and_the_distributor_s_client_is_not(
    tmp_path: Path,
) -> None:
    client = tmp_path / "Contents" / "Resources" / PLACE
    client.parent.mkdir(parents=True)
    client.write_text("the distributor's own choice")
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("/somewhere")
    with zipfile.ZipFile(tmp_path / "base_library.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("os.pyc", "compiled" * 10)
    found = dict(contents(tmp_path))
    assert found["file"] == b"text"
    assert found["link (link)"] == b"/somewhere"
    assert found["base_library.zip: os.pyc"] == b"compiled" * 10
    assert not [name for name in found if "oauth_client" in name]
