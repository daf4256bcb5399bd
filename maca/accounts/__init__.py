"""How a person comes in: invitation, password, second factor, time-outs, proving again that it is them."""
