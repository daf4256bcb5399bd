"""Who sees which page at which stage, as a chair would say it; written by hand, never made from the code.

Each line: page, stages, who sees it (200), who is told why not (403). For everybody else it is not there
(404). `everyone` are all who can sign in. `social_worker` introduces the cases; `police` and `health`
(lead and auditor) and the school were asked about them. The members are also of health and of police.
"""

EVERYONE = (
    "manager chair member other_member lead auditor police_lead police_auditor school_auditor social_worker scrutineer"
)
RUN_OR_HEAR = "manager chair member other_member scrutineer"
READ_EVERY_RETURN = "manager chair scrutineer"
AGENCY_PEOPLE = "lead auditor police_lead police_auditor school_auditor"
ON_CASE_1 = f"{RUN_OR_HEAR} {AGENCY_PEOPLE} social_worker"
ALL = "planned circulated panel_opened published"
CIRCULATED_ON = "circulated panel_opened published"
AFTER_OPENING = "panel_opened published"

# How a person comes in. These pages are about nobody's account but one's own, and tests/accounts tries them.
OPEN_TO_ALL = {
    "sign-in", "sign-in-as", "sign-out", "accept-invitation", "join", "account_login", "account_inactive",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "mfa_authenticate", "mfa_login_webauthn",
    "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
OWN_ACCOUNT = {
    "account_reauthenticate", "stay-signed-in", "account_change_password", "usersessions_list", "mfa_index",
    "mfa_list_webauthn", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
}  # fmt: skip


def everyone_but(people: str) -> str:
    return " ".join(one for one in EVERYONE.split() if one not in people.split())


WHO_SEES: list[tuple[str, str, str, str]] = [
    ("work-list", ALL, EVERYONE, ""),
    ("audits", ALL, EVERYONE, ""),
    ("priorities", ALL, EVERYONE, ""),
    ("people", ALL, EVERYONE, ""),
    ("invite-person", ALL, "manager chair lead police_lead", everyone_but("manager chair lead police_lead")),
    ("attest-people", ALL, "manager chair lead police_lead", everyone_but("manager chair lead police_lead")),
    # The person is an auditor of health, who has joined.
    ("person", ALL, "manager chair lead", everyone_but("manager chair lead")),
    ("change-roles", ALL, "manager chair", everyone_but("manager chair")),
    ("end-account", ALL, "manager chair lead", everyone_but("manager chair lead")),
    ("invite-again", ALL, "", EVERYONE),
    ("briefings", ALL, EVERYONE, ""),
    ("audit", ALL, EVERYONE, ""),
    ("plan", ALL, EVERYONE, ""),
    ("journal", ALL, "governance", everyone_but("governance")),
    ("outliers", ALL, "governance", everyone_but("governance")),
    ("who-read-ours", ALL, "lead police_lead", everyone_but("lead police_lead")),
    ("record-priority", ALL, "chair", everyone_but("chair")),
    ("adopt-theme", ALL, "chair", everyone_but("chair")),
    ("plan-audit", ALL, "chair", everyone_but("chair")),
    ("change-plan", "planned", "chair", everyone_but("chair")),
    ("change-plan", CIRCULATED_ON, "", EVERYONE),
    ("nominations", ALL, RUN_OR_HEAR, everyone_but(RUN_OR_HEAR)),
    ("nominate-case", "planned", "member other_member", everyone_but("member other_member")),
    ("nominate-case", CIRCULATED_ON, "", EVERYONE),
    ("select-case", "planned", "chair", everyone_but("chair")),
    ("pass-over-case", "planned", "chair", everyone_but("chair")),
    ("select-case", CIRCULATED_ON, "", EVERYONE),
    ("case", "planned", RUN_OR_HEAR + " social_worker", ""),
    ("case", CIRCULATED_ON, ON_CASE_1, ""),
    ("name-presenter", "planned", "manager chair", "member other_member scrutineer social_worker"),
    ("name-presenter", "published", "", ON_CASE_1),
    ("raise-concern", "planned", RUN_OR_HEAR + " social_worker", ""),
    ("raise-concern", CIRCULATED_ON, ON_CASE_1, ""),
    ("concerns", ALL, "manager chair", everyone_but("manager chair")),
    ("concern", ALL, "manager chair member", ""),
    ("say-told", ALL, "manager chair member", ""),
    ("close-concern", ALL, "", "manager chair member"),  # nobody has acknowledged it
    ("note-concern", ALL, "manager chair member", ""),
    ("identity", "planned", "manager chair social_worker", "member other_member scrutineer"),
    (
        "identity",
        "circulated panel_opened",
        f"manager chair {AGENCY_PEOPLE} social_worker",
        "member other_member scrutineer",
    ),
    ("identity", "published", "", ON_CASE_1),
    ("circulate", "planned", "manager", everyone_but("manager")),
    ("circulate", CIRCULATED_ON, "", EVERYONE),
    ("board", ALL, READ_EVERY_RETURN, everyone_but(READ_EVERY_RETURN)),
    ("report", "circulated", READ_EVERY_RETURN, f"member other_member {AGENCY_PEOPLE} social_worker"),
    ("report", "panel_opened", ON_CASE_1, ""),
    ("report", "published", RUN_OR_HEAR, f"{AGENCY_PEOPLE} social_worker"),
    ("return", CIRCULATED_ON, f"{READ_EVERY_RETURN} lead auditor", ""),
    ("known", "circulated", "lead auditor", READ_EVERY_RETURN),
    ("known", AFTER_OPENING, "", f"{READ_EVERY_RETURN} lead auditor"),
    ("engagement", "circulated", "lead auditor", READ_EVERY_RETURN),
    ("answer", "circulated", "lead auditor", READ_EVERY_RETURN),
    ("evidence", "circulated", "lead auditor", READ_EVERY_RETURN),
    ("submit", "circulated", "", f"{READ_EVERY_RETURN} lead auditor"),  # it is not finished
    ("decline", "circulated", "lead", f"{READ_EVERY_RETURN} auditor"),
    ("extend-return", "circulated", "manager", "chair scrutineer lead auditor"),
    ("panel", "planned circulated", "chair", everyone_but("chair")),
    ("panel", AFTER_OPENING, EVERYONE, ""),
    ("hearing", "planned circulated", "", ""),
    ("hearing", "panel_opened", ON_CASE_1, ""),
    ("hearing", "published", RUN_OR_HEAR, f"{AGENCY_PEOPLE} social_worker"),
    ("introduce-case", "panel_opened", "chair", " ".join(one for one in ON_CASE_1.split() if one != "chair")),
    ("record-finding", "panel_opened", "chair", " ".join(one for one in ON_CASE_1.split() if one != "chair")),
    ("record-audit-finding", "panel_opened", "chair", everyone_but("chair")),
    ("record-audit-finding", "planned circulated published", "", EVERYONE),
    ("briefing", "planned circulated panel_opened", RUN_OR_HEAR, everyone_but(RUN_OR_HEAR)),
    ("briefing", "published", EVERYONE, ""),
    ("read-briefing", "planned circulated panel_opened", "", ""),
    ("read-briefing", "published", EVERYONE, ""),
    ("download-briefing", "planned circulated panel_opened", "", ""),
    ("download-briefing", "published", EVERYONE, ""),
    ("edit-theme-and-cases", "published", "", EVERYONE),
    ("edit-process", "published", "", EVERYONE),
    ("edit-findings", "published", "", EVERYONE),
    ("send-back-briefing", "published", "", EVERYONE),
]
