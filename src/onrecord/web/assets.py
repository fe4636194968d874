"""The built scripts, styles, and images of the pages, as listed in Vite's manifest.

Each file's name contains a hash of its content, so browsers can keep it for a year. After a new build, pages
refer to other names.
"""

import json
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings

#: Output of `frontend/vite.config.ts`. Only its `assets` folder is served.
BUILT = Path(__file__).parent / "static"
SERVED = BUILT / "assets"


def static(source: str) -> str:
    """URL of the file that was built from `source`, a key of the manifest such as "src/main.ts".

    Raises OSError if the pages were not built, KeyError if the manifest does not have `source`.
    """
    return f"{settings.STATIC_URL}{_names()[source]}"


@cache
def _names() -> dict[str, str]:
    """Names below `SERVED` by source. Read once per process, like the list of files."""
    try:
        manifest = json.loads((BUILT / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(
            "The pages' scripts and styles have not been built. Run `make setup`."
        ) from error
    return {source: Path(entry["file"]).name for source, entry in manifest.items()}


def keep_for_a_year(headers: Headers, path: str, url: str) -> None:
    """For `ServeStaticASGI(add_headers_function=...)`. `immutable`: RFC 8246."""
    headers["Cache-Control"] = "public, max-age=31536000, immutable"
