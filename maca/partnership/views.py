from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.design.forms import Form
from maca.design.pages import anyone_signed_in, form_page, guarded
from maca.partnership import invitations, operations, rules
from maca.partnership.forms import (
    AttestForm,
    ColourForm,
    ContactsForm,
    EndForm,
    InvitationForm,
    PublicBriefingsForm,
    RolesForm,
    SchoolHolidaysForm,
    UploadsForm,
)
from maca.partnership.models import ROLES_IN_PROSE, Agency, EndReason, Person
from maca.partnership.queries import (
    agencies_of,
    answering_for,
    attested_by,
    ended_accounts,
    find_agency,
    find_person,
    leavers,
    people_of,
    school_holidays_of,
)
from maca.partnership.requests import signed_in


@guarded(anyone_signed_in)
def people(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)
    everybody = people_of(asking)
    runs_it = asking.holds(*rules.RUNS_THE_REGISTER)
    return render(
        request,
        "partnership/people.html",
        {
            "people": [(one, bool(rules.may_read_account(asking, one))) for one in everybody],
            "reads_accounts": bool(rules.may_invite_people(asking)),
            "may_attest": rules.may_attest(asking),
            "leavers": leavers(everybody) if runs_it else None,
            "ended": ended_accounts(asking) if runs_it else [],
            "roles": ROLES_IN_PROSE,
            "may_set_uploads": rules.may_set_uploads(asking),
            "may_set_colour": rules.may_set_colour(asking),
            "may_set_public_briefings": rules.may_set_public_briefings(asking),
            "may_set_school_holidays": rules.may_set_school_holidays(asking),
            "agencies": agencies_of(asking),
        },
    )


@guarded(rules.may_set_uploads, writes=True)
def uploads_setting(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)

    def do(form: UploadsForm, version: int | None) -> str:
        operations.set_uploads(asking.partnership, takes=form.cleaned_data["takes"], by=asking)
        return reverse("people")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: UploadsForm(data, initial={"takes": asking.partnership.takes_uploads}),
        do=do,
        context={"heading": "Photographs and documents", "back": reverse("people")},
    )


@guarded(rules.may_set_public_briefings, writes=True, step_up=True)
def public_briefings_setting(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)

    def do(form: PublicBriefingsForm, version: int | None) -> str:
        operations.set_public_briefings(asking.partnership, public=form.cleaned_data["public"], by=asking)
        return reverse("people")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PublicBriefingsForm(data, initial={"public": asking.partnership.public_briefings}),
        do=do,
        context={"heading": "Public pages of briefings", "back": reverse("people")},
    )


@guarded(rules.may_set_colour, writes=True)
def colour_setting(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)

    def do(form: ColourForm, version: int | None) -> str:
        operations.set_colour(asking.partnership, colour=form.cleaned_data["colour"], by=asking)
        return reverse("people")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ColourForm(data, initial={"colour": asking.partnership.colour}),
        do=do,
        context={
            "heading": "The colour of headings",
            "introduction": "Briefings, sheets and overview reports are printed with it, in Word, in PDF and as a "
            "page. The files of a briefing that was published before stay as they were.",
            "back": reverse("people"),
        },
    )


@guarded(rules.may_set_school_holidays, writes=True)
def school_holidays(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)
    holidays = school_holidays_of(asking.partnership)

    def do(form: SchoolHolidaysForm, version: int | None) -> str:
        operations.change_school_holidays(asking.partnership, add=form.added(), take_out=form.taken_out(), by=asking)
        return reverse("school-holidays")

    return form_page(
        request,
        "partnership/school_holidays.html",
        lambda data, _: SchoolHolidaysForm(data, holidays=holidays),
        do=do,
        context={"heading": "School holidays", "back": reverse("people"), "holidays": holidays},
        saved="The school holidays have been changed.",
    )


@guarded(rules.may_read_account, find_person)
def person(request: HttpRequest, subject: Person) -> HttpResponse:
    asking = signed_in(request)
    return render(
        request,
        "partnership/person.html",
        {
            "subject": subject,
            "may_change": rules.may_change_roles(asking, subject),
            "may_end": rules.may_end_account(asking, subject),
            "may_invite": rules.may_invite_again(asking, subject),
        },
    )


@guarded(rules.may_read_agency, find_agency)
def agency(request: HttpRequest, agency: Agency) -> HttpResponse:
    return render(
        request,
        "partnership/agency.html",
        {
            "agency": agency,
            "people": answering_for(agency),
            "may_name": rules.may_name_contacts(signed_in(request), agency),
        },
    )


@guarded(rules.may_name_contacts, find_agency, writes=True)
def name_contacts(request: HttpRequest, agency: Agency) -> HttpResponse:
    people, there = answering_for(agency), reverse("agency", kwargs={"body": agency.public_id})

    def do(form: ContactsForm, version: int | None) -> str:
        operations.name_contacts(
            agency, contact=form.chosen("contact"), deputy=form.chosen("deputy"), version=version, by=signed_in(request)
        )
        return there

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: ContactsForm(data, agency=now, people=people),
        do=do,
        thing=agency,
        context={"heading": "Who is written to?", "caption": agency.name, "back": there},
        saved="The contacts have been named.",
    )


@guarded(rules.may_invite_people, writes=True)
def invite_person(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)
    agencies = agencies_of(asking)

    def do(form: InvitationForm, version: int | None) -> str:
        invited = invitations.invite_person(
            partnership=asking.partnership, **form.cleaned_data, site=_site(request), by=asking
        )
        if invited is None:
            messages.warning(request, invitations.ON_THE_REGISTER)
            return reverse("invite-person")
        return _page_of(invited)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: InvitationForm(data, agencies=agencies, by=asking),
        do=do,
        context={"heading": "Invite somebody", "button_text": "Send the invitation", "back": reverse("people")},
        saved="",
    )


@guarded(rules.may_invite_again, find_person, writes=True)
def invite_again(request: HttpRequest, subject: Person) -> HttpResponse:
    def do(form: Form, version: int | None) -> str:
        invitations.invite_again(subject, site=_site(request), version=version, by=signed_in(request))
        return _page_of(subject)

    return form_page(
        request,
        "partnership/invite_again.html",
        lambda data, _: Form(data),
        do=do,
        thing=subject,
        context={
            "heading": "Send a new invitation?",
            "caption": subject.name,
            "button_text": "Send a new invitation",
            "subject": subject,
            "back": _page_of(subject),
        },
        saved="",
    )


@guarded(rules.may_change_roles, find_person, writes=True)
def change_roles(request: HttpRequest, subject: Person) -> HttpResponse:
    def do(form: RolesForm, version: int | None) -> str:
        operations.change_roles(subject, **form.cleaned_data, version=version, by=signed_in(request))
        return _page_of(subject)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: RolesForm(data, subject=now, by=signed_in(request)),
        do=do,
        thing=subject,
        context={"heading": "Change roles", "caption": subject.name, "back": _page_of(subject)},
        saved="The roles have been changed. They hold from the person’s next page.",
    )


@guarded(rules.may_end_account, find_person, writes=True)
def end_account(request: HttpRequest, subject: Person) -> HttpResponse:
    def do(form: EndForm, version: int | None) -> str:
        reason = EndReason(form.cleaned_data["reason"])
        operations.end_account(subject, reason=reason, version=version, by=signed_in(request))
        return reverse("people")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: EndForm(data),
        do=do,
        thing=subject,
        context={
            "heading": "End this account",
            "caption": subject.name,
            "button_text": "End the account",
            "back": _page_of(subject),
        },
        saved="The account has ended. Wherever the person is signed in, their next page is the sign-in page.",
    )


@guarded(rules.may_attest, writes=True)
def attest_people(request: HttpRequest) -> HttpResponse:
    asking = signed_in(request)
    listed = attested_by(asking)

    def do(form: AttestForm, version: int | None) -> str:
        operations.attest_people(form.answers(), by=asking)
        return reverse("attest-people")

    return form_page(
        request,
        "partnership/attest.html",
        lambda data, _: AttestForm(data, people=listed),
        do=do,
        context={"heading": "Who still needs an account?", "button_text": "Send", "back": reverse("people")},
        saved="Your answers have been kept.",
    )


def _page_of(subject: Person) -> str:
    return reverse("person", kwargs={"person": subject.public_id})


def _site(request: HttpRequest) -> str:
    return settings.MACA_ADDRESS or f"{request.scheme}://{request.get_host()}"
