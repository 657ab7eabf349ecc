"""What rooms above put on a household's page: rendered HTML, by village and household."""

from collections.abc import Callable
from uuid import UUID

household_sections: list[Callable[[str, UUID], str]] = []
# The same on a household's own page, above its statement.
own_sections: list[Callable[[str, UUID], str]] = []
