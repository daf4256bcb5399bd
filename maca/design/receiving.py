"""How a file is received: in memory only, never in a file on the disk, where it would lie in clear."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# A form with its file. Whatever is longer is not even read (maca.config.asgi).
LARGEST_BODY = 11 * 1024 * 1024


class InMemory(FileUploadHandler):
    """Holds one file in memory; of what is larger than a body may be only the length is remembered."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held = io.BytesIO()
        self.length = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.length += len(raw_data)
        if self.length <= LARGEST_BODY:
            self.held.write(raw_data)
        else:
            self.held = io.BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            file=self.held,
            field_name=self.field_name,
            name=self.file_name,
            content_type="application/octet-stream",  # what the browser says it is, nobody asks
            size=self.length,
            charset=None,
        )
