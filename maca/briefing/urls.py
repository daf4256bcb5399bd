from django.urls import path

from maca.briefing import views

BRIEFING = "audits/<slug:audit>/briefing/"

urlpatterns = [
    path("briefings/", views.published, name="briefings"),
    path(BRIEFING, views.briefing, name="briefing"),
    path(BRIEFING + "read/", views.read, name="read-briefing"),
    path(BRIEFING + "download.<slug:format>", views.download, name="download-briefing"),
    path(BRIEFING + "sheets/<slug:sheet>.<slug:format>", views.download_sheet, name="download-sheet"),
    path(BRIEFING + "overview/", views.overview_report, name="overview-report"),
    path(BRIEFING + "overview.<slug:format>", views.download_overview, name="download-overview"),
    path(BRIEFING + "draft/", views.draft, name="draft-briefing"),
    path(BRIEFING + "edit/theme-and-cases/", views.edit_theme, name="edit-theme-and-cases"),
    path(BRIEFING + "edit/process/", views.edit_process, name="edit-process"),
    path(BRIEFING + "edit/findings/<slug:heading>/", views.edit_findings, name="edit-findings"),
    path(BRIEFING + "versions/", views.draft_versions, name="draft-versions"),
    path(BRIEFING + "versions/<int:number>/", views.draft_version, name="draft-version"),
    path(BRIEFING + "put-back/<id:finding>/", views.put_back, name="put-back-into-briefing"),
    path(BRIEFING + "screening/", views.screening, name="screening"),
    path(BRIEFING + "screening/words/", views.keep_words, name="keep-words"),
    path(BRIEFING + "screening/<id:hit>/", views.decide_on_hit, name="decide-on-hit"),
    path(BRIEFING + "send/", views.send, name="send-briefing"),
    path(BRIEFING + "take-back/", views.take_back, name="take-back-briefing"),
    path(BRIEFING + "approve/", views.approve, name="approve-briefing"),
    path(BRIEFING + "send-back/", views.send_back, name="send-back-briefing"),
    path(BRIEFING + "publish/", views.publish, name="publish-briefing"),
    path(BRIEFING + "embargo/", views.embargo, name="set-embargo"),
    path(BRIEFING + "public-page/", views.public_page_switch, name="set-public-page"),
    path(BRIEFING + "withdraw/", views.withdraw, name="withdraw-briefing"),
    path("public/<id:partnership>/<id:briefing>/", views.public_page, name="public-briefing"),
]
