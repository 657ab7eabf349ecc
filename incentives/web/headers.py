"""The headers of every answer: what a browser may do with it, and an id to find it in the log.

The policy lets nothing in but this site's own files (docs/security.md); pages therefore have no
inline script or style.
"""

from uuid import uuid4

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Give each request an id and each answer its headers."""
    app.before_request(name_request)
    app.after_request(add_headers)


def name_request() -> None:
    """An id for the log, to be quoted where something went wrong."""
    g.request_id = uuid4().hex


def add_headers(response: Response) -> Response:
    """Add the headers; what depends on who reads it is kept by no cache."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Accept-Language, Cookie, Authorization")
    return response
