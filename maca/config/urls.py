from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, register_converter

from maca.design import views as design
from maca.design.pages import anyone_signed_in, guarded
from maca.kernel.ids import PublicIdInAddress

register_converter(PublicIdInAddress, "id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("maca.worklist.urls")),
    path("", include("maca.partnership.urls")),
    path("", include("maca.accounts.urls")),
    path("", include("maca.audits.urls")),
    path("", include("maca.cases.urls")),
    path("", include("maca.concerns.urls")),
    path("", include("maca.voices.urls")),
    path("", include("maca.chronology.urls")),
    path("", include("maca.returns.urls")),
    path("", include("maca.panel.urls")),
    path("", include("maca.feedback.urls")),
    path("", include("maca.actions.urls")),
    path("", include("maca.briefing.urls")),
    path("", include("maca.learning.urls")),
    path("", include("maca.inspection.urls")),
    path("", include("maca.retention.urls")),
    path("", include("maca.governance.urls")),
]
if settings.MACA_TRAINING:
    urlpatterns.append(path("gallery/", guarded(anyone_signed_in)(design.gallery), name="gallery"))

handler400 = "maca.design.views.bad_request"
handler403 = "maca.design.views.refused"
handler404 = "maca.design.views.not_found"
handler500 = "maca.design.views.broken"
