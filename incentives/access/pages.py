"""The pages of access: sign in and out, one's own account, users."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, session, url_for
from flask import redirect as lead_to
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access import limits, lists, operations, queries, schemas, sessions
from incentives.access.actor import SYSTEM_PERSON, Actor, Assignment, current_actor, find_actor
from incentives.access.api import get_audit, get_users
from incentives.access.models import User
from incentives.access.operations import SignIn
from incentives.access.peers import peer_of
from incentives.access.permissions import may
from incentives.access.tags import TAGS
from incentives.access.words import ROLES
from incentives.clock import now
from incentives.errors import NotSignedIn, Refusal
from incentives.web.cursors import page as list_page
from incentives.web.languages import LANGUAGES, current_language
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, nav_item, page, render
from incentives.web.pages.forms import local_address
from incentives.web.pages.shell import navigation_of
from incentives.web.schemas import instant_text
from incentives.web.transaction import transaction

blueprint = Blueprint("access_pages", __name__)

SEE_OTHER = 303
MORE_ROLES = 3  # empty lines for further roles under those that a user has
USERS_ON_A_PAGE = 200
ROWS_OF_THE_TRAIL = 50

nav_item(_("Users"), "/admin/users", permission="user.read", order=90)
nav_item(_("Audit trail"), "/audit", permission="audit.read", order=91)
nav_item(_("My account"), "/me", permission="me.read", order=99, own=True)


@blueprint.route("/login", methods=["GET", "POST"])
@limits.sign_ins
@page(permission=None)
def sign_in() -> Any:
    """Sign in by name and password, and go where one wanted to go."""
    if request.method == "GET" and find_actor() is not None:
        return lead_to(next_address(current_actor()), SEE_OTHER)
    form = Form(schemas.SignInForm)
    if form.submitted and form.status == 200:
        try:
            done = transaction(
                lambda: operations.sign_in(peer=peer_of(request), now=now(), **form.data),
                in_recovery=True,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return begin(done)
    return render("access/login.html", form=form)


def begin(done: SignIn) -> Response:
    """Begin the session of who signed in, and lead on."""
    sessions.begin_session(done.actor, done.key, now=now())
    return lead_to(next_address(done.actor), SEE_OTHER)


def next_address(actor: Actor) -> str:
    """Where to go after the sign-in: where one came from, else the first place of one's roles."""
    wanted = local_address(request.args.get("next"))
    if wanted is not None and wanted.partition("?")[0] not in ("/login", "/logout"):
        return wanted
    places = navigation_of(actor, None)
    return str(places[0]["url"]) if places else "/me"


@blueprint.post("/logout")
def sign_out() -> Response:
    """Sign out of this browser."""
    ended, card = sessions.session_id(), sessions.card_token()
    transaction(lambda: operations.sign_out(session=ended, card_token=card), in_recovery=True)
    sessions.end_session()
    return lead_to("/", SEE_OTHER)


@blueprint.post("/session/token")
def give_page_token() -> Response:
    """A token of 15 minutes for the script of a page, by cookie and CSRF token."""
    actor, key = find_actor(), sessions.session_id()
    if actor is None or key is None:
        raise NotSignedIn()
    issued = transaction(
        lambda: operations.issue_page_token(session=key, actor=actor, now=now()), in_recovery=True
    )
    response = jsonify(token=issued.token, expires_at=instant_text(issued.expires_at))
    response.status_code = 201
    return response


@blueprint.get("/me")
@page(permission="me.read", own=True, village=False)
def show_me() -> Any:
    """One's own account."""
    return render_me()


def render_me(**forms: Form) -> Response:
    """One's own account, with a form of it that was refused."""
    actor = current_actor()
    context: dict[str, Any] = {
        "password_form": Form(values={}),
        "language_form": Form(values={"language": actor.language or current_language()}),
    }
    return render(
        "access/me.html",
        roles=[in_words(held) for held in shown_roles(actor.roles)],
        choices=[(code, language.name) for code, language in LANGUAGES.items()],
        **(context | forms),
    )


@blueprint.route("/me/password", methods=["GET", "POST"])
@page(permission="me.change", village=False)
def change_password() -> Any:
    """Change one's own password; other browsers are signed out."""
    if request.method == "GET":
        return lead_to("/me", SEE_OTHER)
    form = Form(schemas.OwnPasswordInput)
    actor = current_actor()
    renewed: list[SignIn] = []
    answer = form.accept(
        lambda: renewed.append(
            operations.set_own_password(peer=peer_of(request), actor=actor, now=now(), **form.data)
        ),
        then=lambda _none: "/me",
        done=_("Your password is changed. Other browsers are signed out."),
    )
    if answer is not None and renewed:
        sessions.renew_session(renewed[-1].actor, renewed[-1].key)
    return answer or render_me(password_form=form)


@blueprint.route("/me/language", methods=["GET", "POST"])
@page(permission="me.read", own=True, village=False)
def change_language() -> Any:
    """Keep the language that one reads."""
    if request.method == "GET":
        return lead_to("/me", SEE_OTHER)
    form = Form(schemas.LanguageInput)
    actor = current_actor()
    answer = form.accept(
        lambda: operations.set_language(actor=actor, now=now(), **form.data),
        then=lambda _none: "/me",
    )
    if answer is not None and "language" in form.data:
        session["language"] = form.data["language"]
    return answer or render_me(language_form=form)


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


@blueprint.get("/audit")
@page(permission="audit.read", village=False)
def show_trail() -> Any:
    """What was done in one's divisions: by whom, on what, when."""
    shown = ListPage(lists.AUDIT, get_audit, limit=ROWS_OF_THE_TRAIL)
    rows = shown.read()
    known = queries.known_divisions({row["village"] for row in rows if row["village"]})
    return render(
        "access/audit.html",
        rows=rows,
        list=shown,
        tags=TAGS,
        system=SYSTEM_PERSON,
        details=lists.details_said,
        places={code: division_name(each) for code, each in known.items()},
    )


export_page(blueprint, "/audit", get_audit, lists.AUDIT)


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


def division_name(choice: queries.DivisionChoice | None) -> str:
    """A division's name in the reader's language."""
    if choice is None:
        return ""
    english = str(get_locale()).startswith("en")
    return (choice.name_en if english else None) or choice.name_zh


def shown_roles(roles: tuple[Assignment, ...]) -> list[tuple[Assignment, str]]:
    """Roles with the names of their divisions."""
    names = queries.known_divisions(held.division for held in roles)
    return [(held, division_name(names.get(held.division))) for held in roles]


def in_words(shown: tuple[Assignment, str]) -> str:
    """A role as people say it: the role and where."""
    held, place = shown
    return f"{ROLES[held.role]} · {place or held.division}"


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
