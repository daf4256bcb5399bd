import os

from django.urls import path

from bench import views
from bench.stubbed import stub
from maca.config.urls import handler400, handler403, handler404, handler500
from maca.config.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *site,
    path("bench/hello/", views.hello),
    path("bench/fifty/", views.fifty),
]

if os.environ.get("MACA_BENCH_STUBBED"):
    stub()
