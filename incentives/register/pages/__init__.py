"""The register's pages: a cadre's desk, and the office's villages."""

from incentives.register.pages import admin, desk
from incentives.register.pages.shared import blueprint

__all__ = ["admin", "blueprint", "desk"]
