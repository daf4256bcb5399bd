from django.urls import path

from maca.returns import views

ONE = "audits/<slug:audit>/cases/<int:case>/returns/<slug:agency>/"

urlpatterns = [
    path("audits/<slug:audit>/circulate/", views.circulate, name="circulate"),
    path("audits/<slug:audit>/who-knows/", views.who_knows, name="who-knows"),
    path("audits/<slug:audit>/who-knows/ask/", views.ask_who_knows, name="ask-who-knows"),
    path(
        "audits/<slug:audit>/cases/<int:case>/known-to/<slug:agency>/", views.say_who_is_known, name="say-who-is-known"
    ),
    path("audits/<slug:audit>/board/", views.board, name="board"),
    path("audits/<slug:audit>/board/board.csv", views.board_as_csv, name="board-csv"),
    path("audits/<slug:audit>/board/board.xlsx", views.board_as_xlsx, name="board-xlsx"),
    path("audits/<slug:audit>/dates.ics", views.calendar, name="calendar"),
    path("audits/<slug:audit>/report/", views.audit_report, name="audit-report"),
    path("audits/<slug:audit>/report.<slug:kind>", views.audit_report_copy, name="audit-report-copy"),
    path("audits/<slug:audit>/cases/<int:case>/report/", views.report, name="report"),
    path("audits/<slug:audit>/cases/<int:case>/report.<slug:kind>", views.report_copy, name="report-copy"),
    path("audits/<slug:audit>/cases/<int:case>/report/introduction/", views.introduction, name="report-introduction"),
    path("audits/<slug:audit>/cases/<int:case>/report/issue/", views.issue, name="issue-report"),
    path(
        "audits/<slug:audit>/cases/<int:case>/report/versions/<int:number>/",
        views.report_version,
        name="report-version",
    ),
    path(ONE, views.agency_return, name="return"),
    path(ONE + "known/", views.known, name="known"),
    path(ONE + "engagement/", views.engagement, name="engagement"),
    path(ONE + "engagement/autosave/", views.autosave_engagement, name="autosave-engagement"),
    path(ONE + "questions/<int:question>/", views.answer, name="answer"),
    path(ONE + "questions/<int:question>/autosave/", views.autosave, name="autosave"),
    path(ONE + "here/", views.here, name="here"),
    path(ONE + "share/", views.share, name="share-return"),
    path(ONE + "evidence/", views.evidence, name="evidence"),
    path(ONE + "evidence/<id:evidence>/remove/", views.remove_evidence, name="remove-evidence"),
    path(ONE + "uploads/", views.uploads, name="uploads"),
    path(ONE + "uploads/<id:upload>/<int:number>/", views.upload, name="upload"),
    path(ONE + "uploads/<id:upload>/<int:number>/picture/", views.upload_picture, name="upload-picture"),
    path(ONE + "uploads/<id:upload>/replace/", views.replace_upload, name="replace-upload"),
    path(ONE + "uploads/<id:upload>/remove/", views.remove_upload, name="remove-upload"),
    path(ONE + "form.<slug:office>", views.form, name="return-form"),
    path(ONE + "earlier/", views.previous, name="previous-return"),
    path(ONE + "copy.<slug:kind>", views.copy, name="return-copy"),
    path(ONE + "paper/", views.paper, name="return-on-paper"),
    path(ONE + "paper/take/", views.take, name="take-form"),
    path(ONE + "submit/", views.submit, name="submit"),
    path(ONE + "submit-part/", views.submit_part, name="submit-part"),
    path(ONE + "letter/", views.request_letter, name="request-letter"),
    path(ONE + "more-time/", views.ask_for_time, name="ask-for-time"),
    path(ONE + "follow-up/", views.follow_up, name="follow-up"),
    path(ONE + "chase/", views.chase, name="chase-return"),
    path(ONE + "risk/", views.risk, name="risk"),
    path(ONE + "send-back/", views.send_back, name="send-back"),
    path(ONE + "extend/", views.extend, name="extend-return"),
    path(ONE + "decline/", views.decline, name="decline"),
]
