"""What roles and acts are called in plain words."""

from flask_babel import lazy_gettext as _

from incentives.access.actor import Role

ROLES = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.OVERSEER: _("Township or county cadre"),
    Role.CADRE: _("Village cadre"),
    Role.REVIEWER: _("Points review group"),
    Role.TREASURER: _("Fund keeper"),
    Role.SUPERVISOR: _("Supervision committee"),
    Role.SHOPKEEPER: _("Shopkeeper"),
    Role.RESPONDER: _("Office that answers calls"),
}
