"""The conversion process: a TranscodeRequest on standard input, a TranscodeResult on standard output.

Errors that a retry may fix end the process with a nonzero status. The file is decoded in yet another process
(`onrecord.audio.decoding`), because this one has the keys.
"""

import resource
import sys

from onrecord.audio.decoding.process import UndecodableError
from onrecord.config import Config
from onrecord.media.transcode.conversion import convert
from onrecord.media.transcode.sides import SidesMixedError
from onrecord.protocol.message import read
from onrecord.protocol.transcoding import Problem, ProblemCode, TranscodeRequest, TranscodeResult
from onrecord.storage.store import BlobStore

#: CPU time in seconds; the longest recording takes a third of it.
_CPU_S = 900


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    config = Config.load()
    request = read(TranscodeRequest, sys.stdin.buffer.read())
    try:
        store = BlobStore(config.blob_url, config.secrets.master_key)
        completed = convert(request, store, request.file.parent, config.secrets.master_key)
        result = TranscodeResult(completion=completed)
    except SidesMixedError as error:
        result = TranscodeResult(problem=Problem(code=ProblemCode.SIDES_MIXED, message=str(error)))
    except UndecodableError as error:
        result = TranscodeResult(problem=Problem(code=ProblemCode.UNUSABLE, message=str(error)))
    sys.stdout.write(result.model_dump_json(exclude_unset=True))


if __name__ == "__main__":
    main()
