"""The users under one's divisions: their list, their roles, their end."""

from typing import Any
from uuid import UUID

from flask import redirect as lead_to
from flask import request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access import lists, operations, queries, schemas
from incentives.access.actor import Actor, current_actor
from incentives.access.api import get_users
from incentives.access.models import User
from incentives.access.pages.shared import blueprint, division_name, in_words, shown_roles
from incentives.access.permissions import may
from incentives.access.words import ROLES
from incentives.clock import now
from incentives.web.cursors import page as list_page
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, page, render

SEE_OTHER = 303
MORE_ROLES = 3  # empty lines for further roles under those that a user has
USERS_ON_A_PAGE = 200


@blueprint.get("/admin/users")
@page(permission="user.read", village=False)
def list_users() -> Any:
    """The users under one's divisions."""
    shown = ListPage(lists.USERS, get_users, limit=USERS_ON_A_PAGE)
    chosen = lists.USERS.narrow(queries.users_under(current_actor()), shown.query)
    found = shown.take(list_page(chosen, [User.id.desc()], shown.query))
    return render(
        "access/users.html",
        users=[shown_user(user) for user in found],
        list=shown,
        may_manage=may(current_actor(), "user.manage", None),
    )


export_page(blueprint, "/admin/users", get_users, lists.USERS)


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@page(permission="user.manage", village=False)
def new_user() -> Any:
    """Add a user."""
    form = Form(schemas.UserInput)
    actor = current_actor()
    answer = form.accept(
        lambda: operations.add_user(actor=actor, now=now(), **form.data),
        then=lambda user: url_for("access_pages.list_users"),
        done=_("The user is added and can sign in"),
        in_recovery=True,
    )
    return answer or render("access/user_new.html", form=form, **role_choices(actor, form))


@blueprint.route("/admin/users/<uuid:user_id>", methods=["GET", "POST"])
@page(permission="user.manage", village=False)
def edit_user(user_id: UUID) -> Any:
    """Change a user's name and roles."""
    form = Form(schemas.UserForm)
    actor = current_actor()
    answer = form.accept(
        lambda: operations.change_user(user_id=user_id, changes=form.data, actor=actor, now=now()),
        then=lambda _user: url_for("access_pages.list_users"),
        done=_("The changes are kept"),
        in_recovery=True,
    )
    return answer or render_user(user_id, form=form)


@blueprint.route("/admin/users/<uuid:user_id>/password", methods=["GET", "POST"])
@page(permission="user.manage", village=False)
def reset_password(user_id: UUID) -> Any:
    """Give a user another password."""
    if request.method == "GET":
        return lead_to(url_for("access_pages.edit_user", user_id=user_id), SEE_OTHER)
    form = Form(schemas.PasswordInput)
    actor = current_actor()
    answer = form.accept(
        lambda: operations.set_password(user_id=user_id, actor=actor, now=now(), **form.data),
        then=lambda _user: url_for("access_pages.edit_user", user_id=user_id),
        done=_("The new password is set. Tell it to this person only."),
        in_recovery=True,
    )
    return answer or render_user(user_id, password_form=form)


@blueprint.route("/admin/users/<uuid:user_id>/deactivation", methods=["GET", "POST"])
@page(permission="user.manage", village=False)
def deactivate(user_id: UUID) -> Any:
    """Let a user sign in no more."""
    if request.method == "GET":
        return lead_to(url_for("access_pages.edit_user", user_id=user_id), SEE_OTHER)
    form = Form()
    actor = current_actor()
    answer = form.accept(
        lambda: operations.deactivate_user(user_id=user_id, actor=actor, now=now()),
        then=lambda _user: url_for("access_pages.list_users"),
        done=_("This user can't sign in any more"),
    )
    return answer or render_user(user_id, deactivation_form=form)


def render_user(user_id: UUID, **forms: Form) -> Response:
    """A user's page, with a form of it that was refused."""
    actor = current_actor()
    user = queries.get_user(user_id, actor)
    typed = {"name": user.name}
    for place, held in enumerate(user.assignments):
        typed |= {f"roles-{place}-role": held.role.value, f"roles-{place}-division": held.division}
    form = forms.pop("form", None) or Form(values=typed)
    if not form.submitted:
        form.values = typed | form.values
    context: dict[str, Any] = {
        "password_form": Form(values={}),
        "deactivation_form": Form(values={}),
    }
    return render(
        "access/user.html",
        user=shown_user(user),
        form=form,
        **role_choices(actor, form),
        **(context | forms),
    )


def role_choices(actor: Actor, form: Form) -> dict[str, Any]:
    """The choices of a form with roles, and how many lines it has."""
    typed = [int(name.split("-")[1]) for name in form.values if name.startswith("roles-")]
    return {
        "role_options": [(role.value, word) for role, word in ROLES.items()],
        "division_options": [
            (choice.code, division_name(choice))
            for choice in queries.divisions_under(actor).values()
        ],
        "lines": max([each + 1 for each in typed], default=0) + MORE_ROLES,
    }


def shown_user(user: User) -> dict[str, Any]:
    """A user as the pages show one."""
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "roles": [in_words(held) for held in shown_roles(user.assignments)],
        "is_deactivated": user.deactivated_at is not None,
        "url": url_for("access_pages.edit_user", user_id=user.id),
    }
