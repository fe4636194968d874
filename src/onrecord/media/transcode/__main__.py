"""The process: a request on standard input, what came of it on standard output, both JSON.

The answer is {`completion`} or {`problem`: {`code`: `sides_mixed` or `unusable`, `message`}}. Anything that
trying again may mend ends the process with a status other than 0. The file itself is decoded one process
further on (`onrecord.audio.decoding`): this one has the keys.
"""

import json
import resource
import sys

from onrecord.audio.decoding.process import UndecodableError
from onrecord.config import Config
from onrecord.media.transcode.conversion import TranscodeRequest, convert
from onrecord.media.transcode.sides import SidesMixedError
from onrecord.storage.store import BlobStore

#: Seconds of processor time; the longest recording takes a third of it.
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
