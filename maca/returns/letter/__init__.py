"""The letter with which an agency is asked about a case: one value, shown as a page, in Word and as PDF."""
