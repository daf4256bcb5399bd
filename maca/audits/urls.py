from django.urls import path

from maca.audits import views

SET = "question-sets/<id:question_set>/"

urlpatterns = [
    path("audits/", views.audits, name="audits"),
    path("priorities/", views.priorities, name="priorities"),
    path("priorities/new/", views.record_priority, name="record-priority"),
    path("priorities/<id:priority>/theme/", views.adopt_theme, name="adopt-theme"),
    path("themes/<id:theme>/audit/", views.plan_audit, name="plan-audit"),
    path("audits/<slug:audit>/plan/", views.plan, name="plan"),
    path("audits/<slug:audit>/plan/change/", views.change_plan, name="change-plan"),
    path("audits/<slug:audit>/plan/differences/", views.plan_differences, name="plan-differences"),
    path("programme/", views.programme, name="programme"),
    path("question-sets/", views.question_sets, name="question-sets"),
    path("question-sets/new/", views.draft_question_set, name="draft-question-set"),
    path("question-sets/ready-made/<slug:code>/", views.ready_made_set, name="ready-made-set"),
    path(SET, views.question_set, name="question-set"),
    path(SET + "name/", views.rename_question_set, name="rename-question-set"),
    path(SET + "add/", views.add_questions_of, name="add-questions-of"),
    path(SET + "preview/", views.preview_question_set, name="preview-question-set"),
    path(SET + "differences/", views.question_set_differences, name="question-set-differences"),
    path(SET + "issue/", views.issue_question_set, name="issue-question-set"),
    path(SET + "discard/", views.discard_question_set, name="discard-question-set"),
    path(SET + "new/<slug:asked_of>/", views.add_question, name="add-question"),
    path(SET + "questions/<slug:code>/", views.change_question, name="change-question"),
    path(SET + "questions/<slug:code>/move/", views.move_question, name="move-question"),
    path(SET + "questions/<slug:code>/remove/", views.remove_question, name="remove-question"),
]
