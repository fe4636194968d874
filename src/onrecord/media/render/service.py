"""The renderer process: turns this host's journals into recordings.

One loop advances every journal a slice at a time. The journals are its queue: if killed at any moment, it
starts again from them and replaces what was half done. A journal is deleted only after the recording and its
manifest are in the blob store and the web has acknowledged it.
"""

import logging
import signal
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from onrecord.config import Config
from onrecord.media.capture.header import HeaderLostError, copy_of
from onrecord.media.capture.journal import JournalError
from onrecord.media.capture.recovery import LastWord, recover_journal
from onrecord.media.outbox.delivery import DeliveryThread
from onrecord.media.outbox.event_files import newest_event
from onrecord.media.outbox.spool import Spool
from onrecord.media.render.errors import RenderError
from onrecord.media.render.follower import JournalFollower
from onrecord.media.render.rendered_recording import RenderedRecording, completion, stored_but_not_told
from onrecord.protocol.events import (
    RecordingCompleted,
    RecordingEmpty,
    RecordingFailed,
    RecordingProcessing,
    RendererEvent,
    Source,
)
from onrecord.storage.recording import Witness
from onrecord.storage.store import AlreadyStoredError, BlobStore

log = logging.getLogger(__name__)

#: Chunks rendered before another call gets its turn: about 25 s of audio, 0.08 s of work.
SLICE = 32
#: How often to look for growth, in seconds. Each look costs a directory listing.
POLL_S = 0.05
#: Seconds before retrying something that failed because of disk or network.
RETRY_S = 5.0
#: Recordings stored in parallel, so that a slow store does not hold up rendering.
STORE_THREADS = 4

#: Events after which all that remains is to wait for the web.
_FINAL = frozenset({RecordingCompleted.type, RecordingEmpty.type})
#: Names of journals: a call ID and the suffix.
_JOURNALS = "[0-9a-f]" * 32 + ".journal"
#: Seconds without news in a journal before checking whether it still has a writer.
_IDLE_S = 5.0


class RenderService:
    """Renders all journals of one host. `step` is one pass over them."""

    def __init__(self, config: Config, spool: Spool) -> None:
        self._config = config
        self._spool = spool
        self._store = BlobStore(config.blob_url, config.secrets.master_key)
        self._unfinished = config.home / "unfinished"
        #: Journals that cannot be rendered. They are never deleted.
        self._quarantine_folder = config.journals / "quarantine"
        for folder in (config.journals, self._unfinished, self._quarantine_folder):
            folder.mkdir(parents=True, exist_ok=True)
        for left in self._unfinished.iterdir():
            left.unlink()
        self._following: deque[JournalFollower] = deque()
        self._storing: dict[Path, tuple[RenderedRecording, Future[None]]] = {}
        self._concluded: set[Path] = set()
        self._retry: dict[Path, float] = {}
        #: When each journal last had news or was last checked.
        self._news: dict[Path, float] = {}
        self._pool = ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="store")

    def close(self) -> None:
        """Wait for what is being stored. The rest is left for the next start."""
        self._pool.shutdown()

    def step(self) -> bool:
        """Advance every call a little. Returns whether there was anything to do."""
        self._claim_new()
        self._settle_stored()
        self._delete_acknowledged()
        # All calls that are up to date come first, so that a call that has just ended is finished at once,
        # however large the backlog of others is.
        worked = [self._advance(call) for call in list(self._following) if not call.behind]
        behind = next((call for call in self._following if call.behind), None)
        if behind is not None:
            self._following.remove(behind)
            self._following.append(behind)
            worked.append(self._advance(behind))
        return any(worked)

    def _claim_new(self) -> None:
        """Start following new journals."""
        known = {call.journal for call in self._following} | self._storing.keys() | self._concluded
        now = time.monotonic()
        for path in self._config.journals.glob(_JOURNALS):
            if path in known or self._retry.get(path, 0) > now:
                continue
            self._retry.pop(path, None)
            try:
                self._claim(path)
            except (JournalError, RenderError) as error:
                self._fail(path, str(error), is_lost=isinstance(error, HeaderLostError))
            except Exception:
                log.exception("call %s: could not be claimed; trying again in %d s", path.stem, RETRY_S)
                self._retry[path] = now + RETRY_S

    def _claim(self, path: Path) -> None:
        call_id = path.stem
        last = self._spool.last_type(call_id)
        if last == RecordingFailed.type:
            self._quarantine(path)
        elif last in _FINAL:
            # An earlier process finished this one. Rendering it again could restore a recording erased since.
            self._concluded.add(path)
        else:
            follower = JournalFollower(path, self._config.secrets.master_key, self._unfinished)
            if follower.call_id != call_id:
                raise JournalError(f"The file is named {path.name} but holds call {follower.call_id}.")
            if self._store.exists(call_id):
                self._complete(path, *stored_but_not_told(self._store, call_id, follower.has_made))
            else:
                self._following.append(follower)

    def _advance(self, call: JournalFollower) -> bool:
        """Render one slice of one call, and finish it once its last frame has been read."""
        try:
            worked = call.advance(SLICE)
            if call.reader.ended:
                self._following.remove(call)
                self._news.pop(call.journal, None)
                self._finish(call)
            else:
                self._look_after(call, worked)
        except (JournalError, RenderError) as error:
            self._abandon(call)
            self._fail(call.journal, str(error))
        except OSError as error:
            log.error("call %s: %s; starting again in %d s", call.call_id, error, RETRY_S)
            self._abandon(call)
            self._retry[call.journal] = time.monotonic() + RETRY_S
        except Exception:
            log.exception("call %s: could not be rendered", call.call_id)
            self._abandon(call)
            self._fail(
                call.journal, "The recording could not be rendered. See the renderer log for the reason."
            )
        else:
            return worked
        return True

    def _look_after(self, call: JournalFollower, worked: bool) -> None:
        """End a journal that no process is writing although its end is missing and the switch ended the call.

        A journal that a crash left without an end is ended by the switch at its next start.
        """
        now = time.monotonic()
        if worked or now - self._news.setdefault(call.journal, now) > _IDLE_S:
            self._news[call.journal] = now
        else:
            return
        if worked:
            return
        word = LastWord.of(newest_event(self._config.spool(Source.SWITCH), call.call_id))
        if word.ending is None:
            return
        with suppress(BlockingIOError):  # it is still being written
            recover_journal(call.journal, self._config.secrets.master_key, word)
            log.error("call %s: the end of its journal is missing", call.call_id)

    def _finish(self, call: JournalFollower) -> None:
        if not call.captured and call.damaged:
            self._fail(
                call.journal, "All of its sound is lost because the journal was damaged.", is_lost=True
            )
            return
        if not call.captured:
            self._conclude(call.journal, call.clock_ms, RecordingEmpty())
            return
        if self._spool.last_type(call.call_id) != RecordingProcessing.type:
            self._report(call.journal, call.clock_ms, RecordingProcessing())
        recording = call.finish()
        if recording is None:
            raise RenderError("The journal contains media frames, but none has samples.")
        self._put(call.journal, recording)

    def _put(self, path: Path, recording: RenderedRecording) -> None:
        self._storing[path] = recording, self._pool.submit(recording.put, self._store)

    def _settle_stored(self) -> None:
        for path, (recording, future) in list(self._storing.items()):
            if not future.done():
                continue
            error = future.exception()
            if error is None:
                del self._storing[path]
                self._complete(path, recording.manifest, recording.peaks, recording.witness)
            elif isinstance(error, AlreadyStoredError):
                # Another process stored it in the meantime: keep that one.
                del self._storing[path]
                recording.sealed_audio.unlink()
            elif self._retry.setdefault(path, time.monotonic() + RETRY_S) <= time.monotonic():
                log.error("call %s: not stored yet; trying again: %s", recording.call_id, error)
                del self._retry[path]
                self._put(path, recording)

    def _complete(self, path: Path, manifest: dict[str, Any], peaks: bytes, witness: Witness) -> None:
        clock_ms = manifest["entries"][-1]["clock"]
        self._conclude(path, clock_ms, completion(manifest, peaks, witness))

    def _conclude(self, path: Path, clock_ms: int, result: RendererEvent) -> None:
        self._report(path, clock_ms, result)
        self._concluded.add(path)
        log.info("call %s: %s", path.stem, result.type)

    def _report(self, path: Path, clock_ms: int | None, said: RendererEvent) -> None:
        self._spool.append(path.stem, said.type, clock_ms, said.document())

    def _delete_acknowledged(self) -> None:
        if not self._concluded:
            return
        waiting = set(self._spool.pending_calls())
        for path in [path for path in self._concluded if path.stem not in waiting]:
            self._concluded.remove(path)
            if any((self._spool.folder / path.stem).glob("*.rejected")):
                log.error("call %s: the web refused its events; the journal is kept in quarantine", path.stem)
                self._quarantine(path)
            else:
                # In this order, because a journal without the copy is still usable.
                copy_of(path).unlink(missing_ok=True)
                path.unlink(missing_ok=True)

    def _fail(self, path: Path, message: str, *, is_lost: bool = False) -> None:
        """Report that there will be no recording, and keep the journal for investigation."""
        log.error("call %s: %s The journal was moved to %s.", path.stem, message, self._quarantine_folder)
        self._report(path, None, RecordingFailed(message=message, lost=is_lost))
        self._quarantine(path)

    def _quarantine(self, path: Path) -> None:
        copy = copy_of(path)
        if copy.exists():
            copy.rename(self._quarantine_folder / copy.name)
        path.rename(self._quarantine_folder / path.name)

    def _abandon(self, call: JournalFollower) -> None:
        call.close()
        self._news.pop(call.journal, None)
        if call in self._following:
            self._following.remove(call)


def run(config: Config) -> None:
    """Render until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    spool = Spool(config.spool(Source.RENDERER), Source.RENDERER)
    with DeliveryThread(spool, config.web_address, config.secrets.event_secret):
        service = RenderService(config, spool)
        log.info("renderer: following %s", config.journals)
        try:
            while not stopping.is_set():
                if not service.step():
                    stopping.wait(POLL_S)
        finally:
            service.close()
    log.info("renderer: stopped")
