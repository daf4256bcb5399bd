"""The logo on the first page of what is printed: a small plain picture, and what it is called for who cannot see it."""

from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Logo:
    """A JPEG as it was drawn anew, in pixels, and its words for those who do not see it."""

    picture: bytes
    width: int
    height: int
    called: str

    @property
    def printed(self) -> tuple[float, float]:
        """How wide and high it is on paper, in centimetres: at most 1.6 high and 8 wide."""
        height = min(1.6, 8 * self.height / self.width)
        return height * self.width / self.height, height
