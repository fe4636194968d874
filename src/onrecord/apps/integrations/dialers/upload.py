"""A sound file in a request, sealed piece by piece as it arrives."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from onrecord.apps.integrations.dialers.files import imports_folder, new_name
from onrecord.config import host_config
from onrecord.storage.pending import PendingWriter

FIELD = "recording"


class SealingUpload(FileUploadHandler):
    """Stores the request's only file in the imports folder as `name`, which is empty until there is one."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.name = ""
        self._writer: PendingWriter | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.name:
            raise SkipFile
        self.name = new_name()
        self._writer = PendingWriter(imports_folder() / self.name, host_config().secrets.master_key)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._writer is not None  # noqa: S101 - for the type checker: a file was begun
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        assert self._writer is not None  # noqa: S101 - as above
        self._writer.finish()
        # Represents the file in the request. The sound itself is in the folder.
        return UploadedFile(ContentFile(b""), name=self.file_name or FIELD, size=file_size)

    def discard(self) -> None:
        """Delete whatever has arrived."""
        if self._writer is not None:
            self._writer.discard()
