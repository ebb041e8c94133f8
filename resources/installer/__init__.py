"""Makes the installers; `build_installer.py` is its command line.

    targets      the table: which installer, on which system, with which tools, by which steps
    freeze       PyInstaller's folder with the two programs; the steps that follow are for it:
                 slim, neutral, licences, sbom, icons, client, inspection
    deb, archive, appimage, nsis, wine, macos
                 one installer each, made of that folder
    sums         SHA-256 of what was made

It runs on Python's standard library alone. What needs packages (PyInstaller, Qt's drawing of the
icon) runs in an environment of its own, which `environment` makes from the lock files: so nothing
that happens to be installed elsewhere gets into the program, and two builds of one commit are the
same. Nothing of it is in the wheel or in the program.
"""
