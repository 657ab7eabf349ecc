"""What is done with users and sign-ins."""

from incentives.access.operations.own import set_language, set_own_password
from incentives.access.operations.signing import (
    SignIn,
    issue_page_token,
    issue_terminal_token,
    issue_token,
    issue_walk_token,
    revoke_token,
    sign_in,
    sign_in_by_card,
    sign_out,
    sign_out_everywhere,
)
from incentives.access.operations.users import (
    add_user,
    change_user,
    deactivate_user,
    set_password,
)

__all__ = [
    "SignIn",
    "add_user",
    "change_user",
    "deactivate_user",
    "issue_page_token",
    "issue_terminal_token",
    "issue_token",
    "issue_walk_token",
    "revoke_token",
    "set_language",
    "set_own_password",
    "set_password",
    "sign_in",
    "sign_in_by_card",
    "sign_out",
    "sign_out_everywhere",
]
