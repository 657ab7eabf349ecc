"""The pages' tools: who may open a page, forms that can't be sent twice, the page shell.

@blueprint.route("/desk/awards/new", methods=["GET", "POST"])
@page(permission="award.propose")
def new_award():
    form = Form(AwardInput)
    village = current_village().code
    answer = form.accept(
        lambda: propose_award(village=village, **form.data, actor=current_actor(), now=now()),
        then=lambda award: url_for("awards.show", award_id=award.id),
    )
    return answer or render("awards/new.html", form=form)
"""

from incentives.web.pages.forms import Form
from incentives.web.pages.places import public_place
from incentives.web.pages.routes import blueprint
from incentives.web.pages.shell import (
    current_village,
    go_to_village,
    nav_item,
    of_villages,
    page,
    render,
)

__all__ = [
    "Form",
    "blueprint",
    "current_village",
    "go_to_village",
    "nav_item",
    "of_villages",
    "page",
    "public_place",
    "render",
]
