"""The built scripts, styles and pictures of the pages, as Vite's manifest lists them.

Each is served under a name that holds a hash of its content: browsers keep it for a year, and a page that was
built anew names other files.
"""

import json
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings

#: Made by `frontend/vite.config.ts`. Only its `assets` are served.
BUILT = Path(__file__).parent / "static"
SERVED = BUILT / "assets"


def static(source: str) -> str:
    """Address of what was built from `source`, a key of the manifest such as "src/main.ts".

    Raises OSError when the pages were never built, KeyError for what is not among them.
    """
    return f"{settings.STATIC_URL}{_names()[source]}"


@cache
def _names() -> dict[str, str]:
    """Names below `SERVED` by source. Read once, like the list of the files themselves."""
    try:
        manifest = json.loads((BUILT / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(
            "The pages' scripts and styles have not been built. Run `make setup`."
        ) from error
    return {source: Path(entry["file"]).name for source, entry in manifest.items()}


def keep_for_a_year(headers: Headers, path: str, url: str) -> None:
    """For `ServeStaticASGI(add_headers_function=...)`; `immutable`: RFC 8246."""
    headers["Cache-Control"] = "public, max-age=31536000, immutable"
