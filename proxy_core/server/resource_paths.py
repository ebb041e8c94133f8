"""Paths of what a project keeps at Google, as patterns; `routes` says what they lead to.

Ids are of letters that need no encoding, so a decoded path can go on to Google as it is.
"""

import re

_ID = r"[\w-][\w.~=-]{0,255}"
RESOURCE = re.compile(
    r"/(?P<version>v1|v1beta|v1alpha)/(?P<name>(?P<collection>files|batches|cachedContents"
    rf"|fileSearchStores|tunedModels|interactions|operations|models/{_ID}/operations)"
    rf"(?:/{_ID}){{0,5}})(?::(?P<action>[A-Za-z]{{1,64}}))?",
    re.ASCII,
)
UPLOAD = re.compile(
    rf"/upload/(?P<version>v1|v1beta|v1alpha)/(?P<name>files|fileSearchStores/{_ID})"
    r"(?::(?P<action>uploadToFileSearchStore))?",
    re.ASCII,
)
UPLOAD_SESSION = re.compile(r"/upload/session/(?P<id>[\w-]{1,4096})", re.ASCII)
OPENAI_STORAGE = re.compile(r"(?:/v1|/v1beta/openai)?/(?:files|batches|uploads)(?:/.*)?")
SHARED = frozenset({"files", "batches"})
"Collections that OpenAI's API has too, under `/v1`."
