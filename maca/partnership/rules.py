from collections.abc import Collection

from maca.kernel.colour import LEAST_CONTRAST, contrast_with_white, is_colour
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import FOR_AN_AGENCY, HELD_ALONE, Agency, Person, Role
from maca.partnership.queries import has_a_lead, stands_up_for

RUNS_THE_REGISTER = (Role.BUSINESS_MANAGER, Role.CHAIR)
ENDED = no("ended", "This account has ended. To open it again, send a new invitation.")


def grantable(person: Person) -> frozenset[Role]:
    """The roles that this person may give to others or take from them."""
    if person.holds(Role.CHAIR):
        return frozenset(Role) - {Role.OPERATOR}
    if person.holds(Role.BUSINESS_MANAGER):
        return frozenset(Role) - {Role.OPERATOR, *RUNS_THE_REGISTER}
    if person.holds(Role.AGENCY_LEAD):
        return frozenset({Role.AUDITOR})
    return frozenset()


def _leads_them(person: Person, subject: Person) -> bool:
    return person.agency_id is not None and person.agency_id == subject.agency_id and person.holds(Role.AGENCY_LEAD)


def _same_register(person: Person, subject: Person) -> Verdict:
    if person.partnership_id != subject.partnership_id or subject.holds(Role.OPERATOR):
        return no("not-on-your-register", "This person is not on the register of your partnership.")
    return YES


def go_together(roles: Collection[Role], agency: Agency | None) -> Verdict:
    """Scrutineers, information governance officers and operators hold one role; leads and auditors have an agency."""
    if not roles:
        return no("no-role", "Select at least one role. To take away the last one, end the account.")
    for alone in HELD_ALONE:
        if alone in roles and len(roles) > 1:
            return no("held-alone", f"“{alone.label}” goes with no other role. Select it alone, or not at all.")
    if agency is None and set(FOR_AN_AGENCY) & set(roles):
        return no("no-agency", "An agency lead or auditor needs an agency to speak for.")
    return YES


def may_set_uploads(person: Person) -> Verdict:
    """The business manager says whether agencies may put photographs and documents with their returns."""
    if person.holds(Role.BUSINESS_MANAGER):
        return YES
    return no("not-the-manager", "Only the business manager says whether photographs and documents are taken.")


def may_set_public_briefings(person: Person) -> Verdict:
    """The business manager says whether briefings may be put on pages that anybody reads without signing in."""
    if person.holds(Role.BUSINESS_MANAGER):
        return YES
    return no("not-the-manager", "Only the business manager says whether there are public pages.")


def may_set_colour(person: Person) -> Verdict:
    """The business manager says in which colour headings of briefings and reports are printed."""
    if person.holds(Role.BUSINESS_MANAGER):
        return YES
    return no("not-the-manager", "Only the business manager says in which colour headings are printed.")


def may_print_in(colour: str) -> Verdict:
    """Headings are printed in a colour that is dark enough to be read on white, or in the site’s own."""
    if not colour:
        return YES
    if not is_colour(colour):
        return no("not-a-colour", "Enter a colour as # and six figures or letters from a to f, such as #1d4e6f.")
    if (contrast := contrast_with_white(colour)) < LEAST_CONTRAST:
        # Rounded down: what is refused must not be said to be enough.
        return no(
            "too-light",
            f"{colour} is too light to be read on white: its contrast is {int(contrast * 10) / 10:g} to 1, and at "
            f"least {LEAST_CONTRAST:g} to 1 is needed. Choose a darker one.",
        )
    return YES


def may_set_school_holidays(person: Person) -> Verdict:
    """The business manager enters when the schools of the partnership are closed."""
    if person.holds(Role.BUSINESS_MANAGER):
        return YES
    return no("not-the-manager", "Only the business manager enters the school holidays.")


def may_invite_people(person: Person) -> Verdict:
    """The business manager and the chair invite people, and an agency’s lead invites its auditors."""
    if person.holds(*RUNS_THE_REGISTER) or (person.agency_id and person.holds(Role.AGENCY_LEAD)):
        return YES
    return no("not-yours-to-invite", "The business manager, the chair and agencies’ leads invite people. Ask one.")


def may_invite_person(person: Person, roles: Collection[Role], agency: Agency | None) -> Verdict:
    """Only the chair invites a chair or a business manager; the manager invites all others, and a lead auditors."""
    if not (may := may_invite_people(person)):
        return may
    if agency is not None and agency.partnership_id != person.partnership_id:
        return no("not-your-partnership", "This agency is not on the register of your partnership.")
    if not (may := go_together(roles, agency)):
        return may
    if not set(roles) <= grantable(person):
        return _not_yours_to_grant(person)
    if not person.holds(*RUNS_THE_REGISTER) and agency != person.agency:
        return no("not-your-agency", "You can invite auditors of your own agency only.")
    return YES


def _not_yours_to_grant(person: Person) -> Verdict:
    if person.holds(Role.BUSINESS_MANAGER):
        return no("only-the-chair", "Only the chair makes somebody business manager or chair, or stops them being it.")
    return no("only-auditors", "An agency’s lead can invite auditors of their own agency, and nobody else.")


def may_read_account(person: Person, subject: Person) -> Verdict:
    """The business manager and the chair see each account and its e-mail address; a lead, those of their agency."""
    if not (may := _same_register(person, subject)):
        return may
    if person.holds(*RUNS_THE_REGISTER) or _leads_them(person, subject):
        return YES
    return no(
        "not-yours-to-read",
        "How an account stands is for the business manager, the chair and the lead of the person’s own agency.",
    )


def may_invite_again(person: Person, subject: Person) -> Verdict:
    """Whoever may invite somebody may send the invitation again, until they join, or once their account has ended."""
    if not (may := may_read_account(person, subject)):
        return may
    if person.pk == subject.pk:
        return no("yourself", "Somebody else has to do this for your own account.")
    if subject.joined_at and subject.ended_at is None:
        return no("has-joined", "They have joined already. They can ask for a new password on the sign-in page.")
    return may_invite_person(person, subject.roles, subject.agency)


def may_change_roles(person: Person, subject: Person) -> Verdict:
    """The business manager and the chair change what others may do; nobody changes their own roles."""
    if not (may := _same_register(person, subject)):
        return may
    if person.pk == subject.pk:
        return no("yourself", "Nobody changes their own roles. Ask the chair or the business manager.")
    if not person.holds(*RUNS_THE_REGISTER):
        return no("not-yours-to-grant", "The business manager or the chair changes roles. Ask one of them.")
    return YES if subject.ended_at is None else ENDED


def may_change_roles_to(person: Person, subject: Person, roles: Collection[Role]) -> Verdict:
    """Only the chair makes somebody business manager or chair, or stops them being it."""
    if not (may := may_change_roles(person, subject)):
        return may
    if not (may := go_together(roles, subject.agency)):
        return may
    return YES if subject.roles ^ set(roles) <= grantable(person) else _not_yours_to_grant(person)


def may_end_account(person: Person, subject: Person) -> Verdict:
    """The chair ends any account, the manager any but another manager’s, and a lead those they stand up for."""
    if not (may := _same_register(person, subject)):
        return may
    if person.pk == subject.pk:
        return no("yourself", "Nobody ends their own account. Ask the chair or the business manager.")
    if subject.ended_at is not None:
        return ENDED
    if person.holds(Role.CHAIR) or (person.holds(Role.BUSINESS_MANAGER) and not subject.holds(Role.BUSINESS_MANAGER)):
        return YES
    if may_attest_person(person, subject):
        return YES
    return no(
        "not-yours-to-end",
        "The chair, the business manager or the lead of the person’s own agency ends an account. Ask one of them.",
    )


def may_read_agency(person: Person, agency: Agency) -> Verdict:
    """Everybody of a partnership sees who answers for each of its agencies."""
    return YES


def may_name_contacts(person: Person, agency: Agency) -> Verdict:
    """The business manager or the agency’s own lead names whom its requests and reminders go to."""
    if person.partnership_id == agency.partnership_id and (
        person.holds(Role.BUSINESS_MANAGER) or (person.agency_id == agency.pk and person.holds(Role.AGENCY_LEAD))
    ):
        return YES
    return no(
        "not-yours-to-name",
        f"The business manager or the lead of {agency.name} names its contact. Ask one of them.",
    )


def may_be_contact(person: Person, agency: Agency) -> Verdict:
    """An agency’s contact and deputy are people who can answer for it: its leads and its auditors."""
    if not person.speaks_for(agency) or person.ended_at is not None:
        return no("cannot-answer", f"{person.name} cannot answer for {agency.name}. Choose a lead or an auditor of it.")
    return YES


def may_attest(person: Person) -> Verdict:
    """The business manager, the chair and each agency’s lead say every 90 days who still needs an account."""
    if person.holds(Role.BUSINESS_MANAGER, Role.CHAIR, Role.AGENCY_LEAD):
        return YES
    return no("not-yours-to-attest", "The agency’s lead or the business manager says who still needs an account.")


def may_attest_person(person: Person, subject: Person) -> Verdict:
    """A lead attests their agency’s people, the manager the leads and people of no agency, the chair the manager."""
    if not (may := _same_register(person, subject)):
        return may
    if person.pk == subject.pk:
        return no("yourself", "Nobody attests themselves.")
    if subject.ended_at is not None:
        return ENDED
    if stands_up_for(person, subject, has_lead=has_a_lead(subject.agency_id)):
        return YES
    return no("not-yours-to-attest", "Somebody else says whether this person still needs an account.")
