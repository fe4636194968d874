"""The conversion process: a JSON request on standard input, a JSON result on standard output.

The result is {`completion`} or {`problem`: {`code`: `sides_mixed` or `unusable`, `message`}}. Errors that a
retry may fix end the process with a nonzero status. The file is decoded in yet another process
(`onrecord.audio.decoding`), because this one has the keys.
"""

import json
import resource
import sys

from onrecord.audio.decoding.process import UndecodableError
from onrecord.config import Config
from onrecord.media.transcode.conversion import TranscodeRequest, convert
from onrecord.media.transcode.sides import SidesMixedError
from onrecord.storage.store import BlobStore

#: CPU time in seconds; the longest recording takes a third of it.
_CPU_S = 900


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    config = Config.load()
    request = TranscodeRequest.model_validate_json(sys.stdin.buffer.read())
    answer: dict[str, object]
    try:
        store = BlobStore(config.blob_url, config.secrets.master_key)
        completed = convert(request, store, request.file.parent, config.secrets.master_key)
        answer = {"completion": completed.document()}
    except SidesMixedError as error:
        answer = {"problem": {"code": "sides_mixed", "message": str(error)}}
    except UndecodableError as error:
        answer = {"problem": {"code": "unusable", "message": str(error)}}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
