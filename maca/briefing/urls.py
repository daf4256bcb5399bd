from django.urls import path

from maca.briefing.views import drafting, house_style, reading, release, screening

BRIEFING = "audits/<slug:audit>/briefing/"

urlpatterns = [
    path("people/house-style/", house_style.house_style, name="house-style"),
    path("people/house-style/logo.jpg", house_style.house_logo, name="house-logo"),
    path("people/house-style/word/", house_style.word_styles, name="word-styles"),
    path("briefings/", reading.published, name="briefings"),
    path(BRIEFING, reading.briefing, name="briefing"),
    path(BRIEFING + "read/", reading.read, name="read-briefing"),
    path(BRIEFING + "download.<slug:format>", reading.download, name="download-briefing"),
    path(BRIEFING + "sheets/<slug:sheet>.<slug:format>", reading.download_sheet, name="download-sheet"),
    path(BRIEFING + "overview/", reading.overview_report, name="overview-report"),
    path(BRIEFING + "overview.<slug:format>", reading.download_overview, name="download-overview"),
    path(BRIEFING + "draft/", drafting.draft, name="draft-briefing"),
    path(BRIEFING + "edit/theme-and-cases/", drafting.edit_theme, name="edit-theme-and-cases"),
    path(BRIEFING + "edit/process/", drafting.edit_process, name="edit-process"),
    path(BRIEFING + "edit/findings/<slug:heading>/", drafting.edit_findings, name="edit-findings"),
    path(BRIEFING + "versions/", drafting.draft_versions, name="draft-versions"),
    path(BRIEFING + "versions/<int:number>/", drafting.draft_version, name="draft-version"),
    path(BRIEFING + "put-back/<id:finding>/", drafting.put_back, name="put-back-into-briefing"),
    path(BRIEFING + "screening/", screening.screening, name="screening"),
    path(BRIEFING + "screening/words/", screening.keep_words, name="keep-words"),
    path(BRIEFING + "screening/<id:hit>/", screening.decide_on_hit, name="decide-on-hit"),
    path(BRIEFING + "send/", release.send, name="send-briefing"),
    path(BRIEFING + "take-back/", release.take_back, name="take-back-briefing"),
    path(BRIEFING + "approve/", release.approve, name="approve-briefing"),
    path(BRIEFING + "send-back/", release.send_back, name="send-back-briefing"),
    path(BRIEFING + "publish/", release.publish, name="publish-briefing"),
    path(BRIEFING + "embargo/", release.embargo, name="set-embargo"),
    path(BRIEFING + "public-page/", release.public_page_switch, name="set-public-page"),
    path(BRIEFING + "withdraw/", release.withdraw, name="withdraw-briefing"),
    path("public/<id:partnership>/<id:briefing>/", reading.public_page, name="public-briefing"),
]
