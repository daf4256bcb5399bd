import os
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

# Each hash holds 19 MiB while it runs. At nine o'clock forty people sign in at once: those beyond the
# machine's processors wait their turn, some hundredths of a second each, instead of filling its memory.
_AT_ONCE = BoundedSemaphore(max(2, os.cpu_count() or 2))


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: OWASP's first choice.

    Django's default takes 100 MiB and some 200 ms for each check: two cores would then sign in six
    people a second at nine in the morning, and forty at once would need 4 GB.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _AT_ONCE:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _AT_ONCE:
            return bool(super().verify(password, encoded))
