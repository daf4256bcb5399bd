from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: OWASP's first choice.

    Django's default takes 100 MiB and some 200 ms for each check: two cores would then sign in six
    people a second at nine in the morning, and forty at once would need 4 GB.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
