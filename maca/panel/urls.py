from django.urls import path

from maca.panel import views

PANEL = "audits/<slug:audit>/panel/"

urlpatterns = [
    path(PANEL, views.panel, name="panel"),
    path(PANEL + "agenda/", views.agenda, name="agenda"),
    path(PANEL + "agenda/change/", views.set_agenda, name="set-agenda"),
    path(PANEL + "agenda.ics", views.agenda_calendar, name="agenda-calendar"),
    path(PANEL + "themes/", views.panel_themes, name="panel-themes"),
    path(PANEL + "themes/name/", views.name_themes, name="name-themes"),
    path(PANEL + "themes/<id:named>/", views.change_named_theme, name="change-named-theme"),
    path(PANEL + "themes/<id:named>/take-apart/", views.take_themes_apart, name="take-themes-apart"),
    path(PANEL + "grades/", views.panel_grades, name="panel-grades"),
    path(PANEL + "cases/<int:case>/grades/<int:question>/<slug:agency>/", views.give_grade, name="give-grade"),
    path(PANEL + "open/", views.open_panel, name="open-panel"),
    path(PANEL + "close/", views.close_panel, name="close-panel"),
    path(PANEL + "cases/<int:case>/", views.hearing, name="hearing"),
    path(PANEL + "cases/<int:case>/introduction/", views.introduce_case, name="introduce-case"),
    path(PANEL + "cases/<int:case>/heard/", views.finish_hearing, name="finish-hearing"),
    path(PANEL + "cases/<int:case>/findings/<slug:heading>/new/", views.record_finding, name="record-finding"),
    path(PANEL + "cases/<int:case>/attendance/", views.attendance, name="attendance"),
    path(PANEL + "cases/<int:case>/lines/", views.lines, name="panel-lines"),
    path(PANEL + "cases/<int:case>/findings/", views.findings, name="panel-findings"),
    path(PANEL + "cases/<int:case>/lines/follow/", views.follow, name="follow-panel"),
    path(PANEL + "cases/<int:case>/lines/<id:line>/", views.change_line, name="change-line"),
    path(PANEL + "cases/<int:case>/lines/<id:line>/take-out/", views.take_out_line, name="take-out-line"),
    path(PANEL + "cases/<int:case>/lines/<id:line>/put-back/", views.put_back_line, name="put-back-line"),
    path(PANEL + "cases/<int:case>/lines/<slug:heading>/", views.write_line, name="write-line"),
    path(PANEL + "cases/<int:case>/restricted-notes/new/", views.send_restricted_note, name="send-restricted-note"),
    path(PANEL + "cases/<int:case>/restricted-notes/<id:note>/", views.restricted_note, name="restricted-note"),
    path(
        PANEL + "cases/<int:case>/restricted-notes/<id:note>/dealt-with/",
        views.deal_with_restricted_note,
        name="deal-with-restricted-note",
    ),
    path(PANEL + "cases/<int:case>/present/", views.present, name="present"),
    path(PANEL + "findings/<slug:heading>/new/", views.record_finding, name="record-audit-finding"),
    path(PANEL + "findings/<id:finding>/", views.change_finding, name="change-finding"),
    path(PANEL + "cases/<int:case>/findings/<id:finding>/accepted/", views.accepted, name="accepted"),
    path(PANEL + "cases/<int:case>/findings/<id:finding>/dissents/new/", views.record_dissent, name="record-dissent"),
    path(
        PANEL + "cases/<int:case>/findings/<id:finding>/dissents/<id:dissent>/",
        views.change_dissent,
        name="change-dissent",
    ),
    path(
        PANEL + "cases/<int:case>/findings/<id:finding>/dissents/<id:dissent>/withdraw/",
        views.withdraw_dissent,
        name="withdraw-dissent",
    ),
    path(
        PANEL + "cases/<int:case>/findings/<id:finding>/dissents/<id:dissent>/put-back/",
        views.put_back_dissent,
        name="put-back-dissent",
    ),
    path(PANEL + "findings/<id:finding>/withdraw/", views.withdraw_finding, name="withdraw-finding"),
    path(PANEL + "findings/<id:finding>/put-back/", views.put_back_finding, name="put-back-finding"),
    path("people/themes/", views.codebook, name="codebook"),
    path("people/themes/new/", views.add_theme_tag, name="add-theme-tag"),
    path("people/themes/<slug:code>/", views.change_theme_tag, name="change-theme-tag"),
]
