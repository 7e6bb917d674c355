"""Which certificates are believed, for every client alike: the libraries below us each look elsewhere by themselves.

REQUESTS_CA_BUNDLE, else SSL_CERT_FILE, names a file (or for the first a folder) of certificates in PEM; it takes the
place of the usual ones. Neither: what the libraries believe by themselves.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""In the order in which they count."""

FIX = "if the site has a CA of its own, name its certificate (PEM) in REQUESTS_CA_BUNDLE"
"""What to do about a certificate that is not believed."""

UNTRUSTED = "the TLS certificate is not trusted"


def bundle(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """The variable that counts and the path in it; empty when neither is set."""
    return next(((name, environ[name]) for name in VARIABLES if environ.get(name)), ("", ""))


def context(environ: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """How TLS is spoken where it is not spoken by `requests`. Raises OSError for a path that does not serve."""
    _, path = bundle(environ)
    if not path:
        return ssl.create_default_context()
    folder = Path(path).is_dir()
    return ssl.create_default_context(cafile=None if folder else path, capath=path if folder else None)


def problem(environ: Mapping[str, str] = os.environ) -> str:
    """What is wrong with the variable that counts, in one line; empty when nothing is."""
    name, path = bundle(environ)
    try:
        context(environ)
    except ssl.SSLError:
        why = "holds no certificate that can be read; it must be PEM"
    except OSError as error:
        why = f"{error.strerror or 'cannot be read'}"
    else:
        return ""
    return f"{name}: {path}: {why}. Name a file with the certificates of your CA, or take the variable away."


def untrusted(error: BaseException) -> bool:
    """Whether a failure, or one that it was made of, is a certificate that is not believed."""
    inner = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
    return isinstance(error, ssl.SSLCertVerificationError) or any(
        untrusted(one) for one in inner if isinstance(one, BaseException) and one is not error
    )
