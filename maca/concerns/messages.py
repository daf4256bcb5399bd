"""What the notices of this room say: the same words for every case."""

from maca.notices.kinds import Kind, register

ALERT = register(
    Kind(
        "concerns/alert",
        "A concern is waiting for you",
        (
            "Somebody has raised a concern in your partnership’s case audits, and nobody has acknowledged it yet.",
            "This message says nothing about it, and neither should an answer to it. It comes again every "
            "15 minutes until one of those who answer for concerns has acknowledged it.",
        ),
        rather_twice=True,
    )
)
