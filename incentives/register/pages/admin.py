"""The office's villages: open one, set its policy by resolution."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.register import forms, lists, operations, queries, schemas
from incentives.register.api import get_divisions
from incentives.register.pages.shared import blueprint
from incentives.register.policy import Policy, coming_entries, policy_on
from incentives.web.lists import list_page
from incentives.web.pages import Form, nav_item, page, render
from incentives.web.parsing import load_query

nav_item(_("Villages"), "/admin", permission="village.open", order=80)


@blueprint.route("/admin", methods=["GET", "POST"])
@page(permission="village.open", village=False)
def admin() -> Any:
    """The villages of one's divisions: those that are served, and those that could be."""
    actor = current_actor()
    form = Form(forms.OpeningForm)
    answer = form.accept(
        lambda: operations.open_village(village=form.data["village"], actor=actor, now=now()),
        then=lambda village: url_for(".policy", village=village.code),
        done=_("The village is served from now on. Its policy is the usual one; change it here."),
    )
    villages = queries.villages_below([held.division for held in actor.roles])
    mine = [each for each in villages if may(actor, "village.open", each.code)]
    above = queries.divisions_by_code([each.parent for each in mine if each.parent])
    return answer or render(
        "register/admin.html",
        form=form,
        served=[each for each in mine if each.opened_at is not None],
        others=[each for each in mine if each.opened_at is None],
        above=above,
    )


list_page(blueprint, "/divisions", get_divisions, lists.DIVISIONS)


@blueprint.route("/admin/divisions/new", methods=["GET", "POST"])
@page(permission="division.add", village=False)
def add_division() -> Any:
    """Add a division under one of the level above."""
    form = Form(schemas.DivisionInput)
    answer = form.accept(
        lambda: operations.add_division(actor=current_actor(), now=now(), **form.data),
        then=lambda _division: url_for(".divisions_list"),
        done=_("The division is added."),
    )
    levels = [(level.value, word) for level, word in lists.LEVELS.items()]
    return answer or render("register/division.html", form=form, division=None, levels=levels)


@blueprint.route("/admin/divisions/<code>", methods=["GET", "POST"])
@page(permission="division.rename", village=False)
def rename_division(code: str) -> Any:
    """Give a division another name; its code stays."""
    form = Form(schemas.DivisionNames)
    answer = form.accept(
        lambda: operations.rename_division(
            code=code, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _division: url_for(".divisions_list"),
        done=_("Changed."),
    )
    found = queries.find_division(code)
    return answer or render("register/division.html", form=form, division=found, levels=[])


@blueprint.route("/admin/villages/<village>/policy", methods=["GET", "POST"])
@page(permission="policy.set")
def policy(village: str) -> Any:
    """A village's policy as it holds `on` a day, today unless said, changed by resolution."""
    today = village_day(now())
    on = max(today, load_query(schemas.PolicyQuery(), request.args)["on"] or today)
    held = policy_on(village, on)
    form = Form(forms.PolicyForm)
    answer = form.accept(
        lambda: change_policy(village, form.data, held),
        then=lambda _policy: url_for(".policy", village=village),
        done=_("Entered. It holds from the day you gave."),
    )
    return answer or render(
        "register/policy.html",
        form=form,
        on=on,
        today=today,
        fields=[
            (name, forms.POLICY_WORDS[name], forms.shown_value(name, value))
            for name, value in held.values().items()
        ],
        coming=[
            {
                "entry": entry,
                "label": forms.POLICY_WORDS[entry.name],
                "value": forms.value_word(entry.name, entry.value),
                "url": url_for(".policy", village=village, on=entry.effective_on.isoformat()),
            }
            for entry in coming_entries(village, today)
        ],
        options=forms.POLICY_OPTIONS,
        helps={
            "redemption_days": gettext("every day, or every week: 6, 7, or every month: 1, 15"),
            "review_above": gettext("Empty: never"),
            "grace_days": gettext("7 at least: nobody's points go without a week's notice"),
        },
    )


def change_policy(village: str, data: dict[str, Any], held: Policy) -> Any:
    """Enter what differs from the policy that the page showed."""
    effective_on, resolution = data.pop("effective_on", None), data.pop("resolution")
    return operations.set_policy(
        village=village,
        values=forms.changed_values(data, held),
        effective_on=effective_on,
        resolution=resolution,
        actor=current_actor(),
        now=now(),
    )
