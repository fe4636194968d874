#!/usr/bin/env python3
"""Write the frontend's types (frontend/src/api/types.ts) from the API's OpenAPI document.

    python scripts/api_types.py            after a change of the API
    python scripts/api_types.py --check    exit status 1 if the file is out of date

No server is needed. The document is saved as .cache/openapi.json.
"""

import json
import os
import subprocess
import sys

import django
from bootstrap import STAMPS, fail, npm

DOCUMENT = STAMPS / "openapi.json"


def main(options: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")
    django.setup()
    from onrecord.web.api.root import api

    DOCUMENT.write_text(json.dumps(api.get_openapi_schema(), indent=2))
    try:
        npm("run", "--silent", "api-types", "--", *options)
    except subprocess.CalledProcessError:
        return fail("See above. Where the types are out of date, `make api-types` makes them anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
