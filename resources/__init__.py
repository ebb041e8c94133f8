"""Files beside the code: icon, translations, pictures of the README, and what makes installers.

A wheel carries only the icon and the translations, inside `desktop`.
"""
