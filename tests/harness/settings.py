"""The product's settings with a data folder for this test run, so that no test can touch real data."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="onrecord-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["ONRECORD_HOME"] = _home
# Nothing listens there: a test that needs a switch starts one.
os.environ["ONRECORD_SWITCH"] = "127.0.0.1:1"

from onrecord.web.settings import *  # noqa: E402, F403
from onrecord.web.settings import DATABASES  # noqa: E402

# A file, as in production, because several threads and processes use it. With ONRECORD_DATABASE_URL the tests
# use a test database on the same server.
if "ONRECORD_DATABASE_URL" not in os.environ:
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_home, "test.sqlite3")}  # noqa: PTH118
