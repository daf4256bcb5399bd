"""The events of the vocabulary as a person reads them."""

from maca.chronology.entries import EVENTS, OTHER

_CALLED = {
    "contact_nfa": "Contact, no further action",
    "s47": "Section 47 enquiry",
    "icpc": "Initial child protection conference",
    "rcpc": "Review child protection conference",
    "mid_point_review": "Mid-point review",
    "cp_start": "Child protection plan starts",
    "cp_end": "Child protection plan ends",
    "cin_start": "Child in need plan starts",
    "cin_end": "Child in need plan ends",
    "eh_start": "Early help starts",
    "eh_end": "Early help ends",
    "worker_change": "Change of worker",
    "school_change": "Change of school",
    "bail_change": "Change of bail",
    "gp_registered": "Registered with a GP",
    "gp_deregistered": "Taken off a GP’s list",
    "info_request": "Information asked for",
    "info_received": "Information received",
    "info_declined": "Information declined",
    "fgc_offered": "Family group conference offered",
    "fgc_held": "Family group conference held",
    "prebirth_assessment": "Pre-birth assessment",
    "other": "Something else",
}


def event_called(code: str) -> str:
    """“Core group”; nothing where there is no event."""
    return _CALLED.get(code) or code.replace("_", " ").capitalize()


def event_in_a_sentence(code: str) -> str:
    """“core group”, where no sentence begins with it."""
    called = event_called(code)
    return called[:1].lower() + called[1:]


# For a list to choose from, by name; what is none of these comes last.
CHOICES = [(code, event_called(code)) for code in sorted(EVENTS, key=lambda one: (one == OTHER, event_called(one)))]
