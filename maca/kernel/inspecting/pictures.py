"""What is in a picture: that it is a plain JPEG, as ours are drawn, with nothing of where it was taken or by whom."""

from collections.abc import Iterator

from maca.kernel.inspecting.fault import Fault

# Tables, frames and scans; and the mark by which a JPEG is known (JFIF), which holds no words.
_PLAIN = {0xDB, 0xC0, 0xC2, 0xC4, 0xDD, 0xDA, 0xE0}


def faults_of(data: bytes, where: str) -> Iterator[Fault]:
    """Every segment of a JPEG that is more than the picture, and whatever stands behind its end."""
    if not data.startswith(b"\xff\xd8"):
        yield Fault(where, "There is a picture in it that is no JPEG, as every picture of an export is.")
        return
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        is_plain = kind != 0xE0 or (length == 16 and data[at + 4 : at + 9] == b"JFIF\0")
        if kind not in _PLAIN or not is_plain:
            yield Fault(where, "A picture in it holds more than what is seen: where it was taken, or a remark.")
        at += 2 + length
        if kind == 0xDA:
            end = _end_of_scan(data, at)
            if data[end : end + 2] == b"\xff\xd9":
                if end + 2 != len(data):
                    yield Fault(where, "There is something behind the end of a picture in it.")
                return
            at = end
    yield Fault(where, "A picture in it is cut off.")


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the drawn part ends: at the next mark that is neither a restart nor a plain byte."""
    while (at := data.find(b"\xff", at)) >= 0:
        if data[at + 1 : at + 2] not in (b"\0", *(bytes([one]) for one in range(0xD0, 0xD8))):
            return at
        at += 2
    return len(data)
