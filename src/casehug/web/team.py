"""Settings, Team: who belongs to the firm, as what, and who is shut out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from casehug.audit.services import record
from casehug.intake import normal
from casehug.intake.errors import BadInput, NotFound
from casehug.notify.invitations import invite, invite_again
from casehug.tenancy.models import Membership, Role
from casehug.tenancy.queries import members
from casehug.tenancy.services import change_role, disable_member, enable_member
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page

NO_ROLE = {"required": "Choose a role.", "invalid_choice": "Choose a role from the list."}


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(label="Role", choices=Role.choices, coerce=Role, error_messages=NO_ROLE)


class InviteForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=150,
        error_messages={"required": "Enter the person's name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="The invitation goes there. They sign in with it.",
        error_messages={
            "required": "Enter the e-mail address.",
            "invalid": "Enter an e-mail address like name@firm.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(
        label="Role",
        choices=[("", "Choose…"), *Role.choices],
        coerce=Role,
        error_messages=NO_ROLE,
        help_text="Admins manage the settings, the team and Lawmatics. Attorneys and staff work on matters.",
    )

    def clean_name(self) -> str:
        try:
            return normal.clean_name(self.cleaned_data["name"], field="name", label="person's name", limit=150)
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def team(request: FirmRequest) -> HttpResponse:
    """The list, and the form to invite somebody."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            member = invite(request.actor, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"An invitation is on its way to {member.user.email}.")
            return redirect("team")
    return _page(request, form=form, status=422 if form.is_bound else 200)


def _page(request: FirmRequest, *, form: InviteForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "tabs": settings_tabs("team"),
        "members": members(request.actor),
        "roles": Role.choices,
        "form": form,
        "me": request.actor.user_id,
    }
    return render(request, "web/team.html", context, status=status)


@require_POST
@firm_page(roles=ADMINS)
def invite_member_again(request: FirmRequest, user_id: UUID) -> HttpResponse:
    try:
        member = invite_again(request.actor, user_id=user_id)
    except Membership.DoesNotExist as error:
        raise NotFound from error
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"A new invitation is on its way to {member.user.email}.")
    return redirect("team")


@require_POST
@firm_page(roles=ADMINS)
def change_member_role(request: FirmRequest, user_id: UUID) -> HttpResponse:
    form = RoleForm(request.POST)
    try:
        member = _member(request, user_id)
        if not form.is_valid():
            raise ValidationError(NO_ROLE["invalid_choice"])
        before = member.role
        member = change_role(request.actor, user_id=user_id, role=form.cleaned_data["role"])
        _record(request, "member.role_changed", user_id, before=before, after=member.role)
        messages.success(request, f"{member.user} is now {member.get_role_display().lower()}.")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("team")


@require_POST
@firm_page(roles=ADMINS)
def disable_team_member(request: FirmRequest, user_id: UUID) -> HttpResponse:
    try:
        member = disable_member(request.actor, user_id=_member(request, user_id).user_id)
        _record(request, "member.disabled", user_id)
        messages.success(request, f"{member.user} is shut out. Everything they did stays.")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("team")


@require_POST
@firm_page(roles=ADMINS)
def enable_team_member(request: FirmRequest, user_id: UUID) -> HttpResponse:
    member = enable_member(request.actor, user_id=_member(request, user_id).user_id)
    _record(request, "member.enabled", user_id)
    messages.success(request, f"{member.user} can sign in again.")
    return redirect("team")


def _member(request: FirmRequest, user_id: UUID) -> Membership:
    for member in members(request.actor):
        if member.user_id == user_id:
            return member
    raise NotFound


def _record(request: FirmRequest, action: str, user_id: UUID, **details: str) -> None:
    record(request.actor, action=action, subject="user", subject_id=user_id, **details)
