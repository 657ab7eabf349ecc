"""Tables of access: users and their roles, tokens, wrong sign-ins, the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incentives.access.actor import Assignment, Role
from incentives.database import Base, choice, new_id


class TokenKind(StrEnum):
    """For what a token was given: a program's sign-in, a page's script, a card's session, a shop's
    terminal, or what a walker's phone has yet to send."""

    SIGN_IN = "sign_in"
    PAGE = "page"
    SESSION = "session"
    TERMINAL = "terminal"
    WALK = "walk"


class User(Base):
    """A member of staff who signs in by name and password.

    `username` is folded to lower case. `resident_id` is who they are in the register.
    `session_number` rises with each change of password, which ends older sessions.
    """

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("username"),
        CheckConstraint("length(username) BETWEEN 2 AND 40", name="username"),
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("language IN ('zh-CN', 'bo', 'en')", name="language"),
        CheckConstraint("session_number > 0", name="session_number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"), index=True)
    language: Mapped[str | None] = mapped_column(String(5))
    session_number: Mapped[int] = mapped_column(default=1)
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]

    roles: Mapped[list["UserRole"]] = relationship(
        lazy="selectin",
        cascade="all, delete-orphan",
        order_by="UserRole.division, UserRole.role",
        passive_deletes=True,
    )

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The user's roles at their divisions."""
        return tuple(Assignment(held.role, held.division) for held in self.roles)

    @property
    def person(self) -> UUID:
        """Who this is in records: the resident, else the user."""
        return self.resident_id or self.id


class UserRole(Base):
    """That a user holds a role at a division."""

    __tablename__ = "user_role"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"), primary_key=True)
    division: Mapped[str] = mapped_column(
        String(15), ForeignKey("division.code"), primary_key=True, index=True
    )


class Token(Base):
    """A bearer token, of which only the SHA-256 is kept; of a user, or of a card's holder.

    `session` names the browser's session that a page's token was given in, and whose sign-out ends
    it.
    `terminal_id` is the shop's terminal that signed for it, on behalf of its shopkeeper.
    """

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("(user_id IS NULL) = (household_id IS NOT NULL)", name="one_holder"),
        CheckConstraint("(household_id IS NULL) = (village IS NULL)", name="holder_has_village"),
        CheckConstraint("expires_at > made_at", name="expires_after_made"),
        CheckConstraint(
            "(kind = 'terminal') = (terminal_id IS NOT NULL)", name="terminal_is_named"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[TokenKind] = mapped_column(choice(TokenKind, "kind"))
    session: Mapped[str | None] = mapped_column(String(32), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    person: Mapped[UUID] = mapped_column(index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    village: Mapped[str | None] = mapped_column(String(12), ForeignKey("division.code"))
    name: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str | None] = mapped_column(String(5))
    terminal_id: Mapped[UUID | None] = mapped_column(ForeignKey("terminal.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EndedSession(Base):
    """A browser's session that was signed out, kept until its cookie would serve no more.

    An answer that is late brings the cookie back to the browser, and others may hold a copy.
    """

    __tablename__ = "ended_session"

    session: Mapped[str] = mapped_column(String(32), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(index=True)


class SignInFailure(Base):
    """How often in a row a name was tried with a wrong password from an address.

    `who` is an HMAC of the name as typed, known or not: names that nobody has lock alike, and
    a password typed into the wrong field isn't kept.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = (CheckConstraint("in_a_row >= 0", name="count_not_negative"),)

    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(45), primary_key=True)
    in_a_row: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime] = mapped_column(index=True)
    locked_until_at: Mapped[datetime | None]


class AuditRow(Base):
    """One row of the audit trail; the database takes neither change nor deletion of it.

    `village` may be any division. `person` is who acted (None: nobody signed in), `subject` what
    was acted on, by the tag. The tag has no CHECK, so that a new one needs no migration.
    """

    __tablename__ = "audit_row"
    __table_args__ = (
        CheckConstraint("length(tag) > 0", name="tag"),
        Index("ix_audit_row_village_id", "village", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str | None] = mapped_column(String(15), ForeignKey("division.code"))
    tag: Mapped[str] = mapped_column(String(60))
    person: Mapped[UUID | None] = mapped_column(index=True)
    user_id: Mapped[UUID | None]
    subject: Mapped[UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]
