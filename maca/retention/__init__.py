"""How long each record is kept, what is due, and destruction with a certificate. The learning stays."""
