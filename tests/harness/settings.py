"""The product's settings over a data folder of the test run's own, so that no test can touch real data."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="onrecord-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["ONRECORD_HOME"] = _home

from onrecord.settings import *  # noqa: E402, F403
