"""What the code names by its dotted path: Django's settings, queued jobs, modules run as programs."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

import onrecord

_PATH = re.compile(r"onrecord(\.[A-Za-z_]\w*)+")
#: What signatures and hashes are bound to. They outlive the modules that they were called after.
_SALTS = {"onrecord.sharing", "onrecord.calls.tickets", "onrecord.accounts.guessing"}


def paths() -> Iterator[str]:
    for source in sorted(Path(onrecord.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _PATH.fullmatch(node.value):
                yield node.value


@pytest.mark.parametrize("path", sorted(set(paths()) - _SALTS))
def test_every_dotted_path_leads_to_a_module_or_to_something_in_one(path: str) -> None:
    assert is_module(path) or import_string(path) is not None


def is_module(path: str) -> bool:
    try:
        return find_spec(path) is not None
    except ModuleNotFoundError:
        return False


def test_queued_jobs_are_among_those() -> None:
    jobs = {"onrecord.apps.integrations.dialers.tasks.import_recording", "onrecord.jobs.reconcile.reconcile"}
    assert jobs <= set(paths())
