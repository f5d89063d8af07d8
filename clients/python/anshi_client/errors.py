"""What can go wrong, as exceptions that say what to do. None carries a key, a token or a party's identifier."""

from __future__ import annotations

PROBLEM_PREFIX = "urn:anshi:problem:"


class AnshiError(Exception):
    """Any error of this client."""


class FormError(AnshiError):
    """Something that was read (a file, an argument, a service's answer) is not of the form that it must have."""


class VerificationError(AnshiError):
    """A bundle is not to be believed: somebody changed it, or it belongs to something else."""


class Unreachable(AnshiError):
    """The service did not answer, however often it was asked. A job may be admitted: submit the same token again."""


class Problem(AnshiError):
    """The service said no (RFC 9457).

    `kind` is the stable word to decide by, such as `budget-exhausted`; `title` says what it means and what to do,
    `detail` what exactly it is about, `retry_after` in how many seconds to come again, where that helps.
    """

    def __init__(
        self, kind: str, title: str, status: int, detail: str | None = None,
        retry_after: int | None = None, request_id: str | None = None,
    ) -> None:
        super().__init__(f"{kind}: {title}" + (f" ({detail})" if detail else ""))
        self.kind = kind
        self.title = title
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        self.request_id = request_id

    @property
    def is_refusal(self) -> bool:
        """Whether the service decided against the call, rather than being unable to serve it now."""
        return self.status < 500
