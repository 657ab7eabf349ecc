"""Sign in and out, and one's own account."""

from typing import Any

from flask import jsonify, request, session
from flask import redirect as lead_to
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access import limits, operations, schemas, sessions
from incentives.access.actor import Actor, current_actor, find_actor
from incentives.access.operations import SignIn
from incentives.access.pages.shared import blueprint, in_words, shown_roles
from incentives.access.peers import peer_of
from incentives.clock import now
from incentives.errors import NotSignedIn, Refusal
from incentives.extensions import csrf
from incentives.web.languages import LANGUAGES, current_language
from incentives.web.pages import Form, page, render
from incentives.web.pages.forms import local_address
from incentives.web.pages.shell import navigation_of
from incentives.web.schemas import instant_text
from incentives.web.transaction import transaction

SEE_OTHER = 303


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
@csrf.exempt
def sign_out() -> Response:
    """Sign out of this browser; without a form token, as the page may be of an older session.

    Where the signal is bad a phone opens a page that it kept. From another site no browser sends
    the cookie along (SameSite=Lax), so that nobody is signed out there.
    """
    ended, card = sessions.session_id(), sessions.card_token()
    transaction(
        lambda: operations.sign_out(session=ended, card_token=card, now=now()), in_recovery=True
    )
    sessions.end_session()
    return lead_to("/", SEE_OTHER)


@blueprint.post("/session/token")
def give_page_token() -> Response:
    """A token of 15 minutes for the script of a page, by cookie and CSRF token; `?for=walk` is one
    of 7 days for what a walker's phone has to send, and nothing else."""
    actor, key = find_actor(), sessions.session_id()
    if actor is None or key is None:
        raise NotSignedIn()
    issue = operations.issue_page_token
    if request.args.get("for") == "walk":
        issue = operations.issue_walk_token
    issued = transaction(lambda: issue(session=key, actor=actor, now=now()), in_recovery=True)
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
