"""The counter as an installable app (web/apps.py)."""

from flask_babel import lazy_gettext as _

from incentives.shop.pages.shared import blueprint
from incentives.web.apps import App, add_app

COUNTER = App(
    key="shop",
    page="/shop",
    scope="/shop",
    name=_("Points shop"),
    modules=("js/shop.js",),
    colour="#22614C",
)
add_app(blueprint, COUNTER)
