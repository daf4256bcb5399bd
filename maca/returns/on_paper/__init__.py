"""A return on paper: the form that an agency fills in without signing in, in Word or Excel, and how it is read back."""
