"""The pages of access: sign in and out, one's own account, users, the audit trail."""

from flask_babel import lazy_gettext as _

from incentives.access.pages import account, trail, users
from incentives.access.pages.shared import blueprint
from incentives.web.pages import nav_item

__all__ = ["account", "blueprint", "trail", "users"]

nav_item(_("Users"), "/admin/users", permission="user.read", order=90)
nav_item(_("Audit trail"), "/audit", permission="audit.read", order=91)
nav_item(_("My account"), "/me", permission="me.read", order=99, own=True)
