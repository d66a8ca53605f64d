"""What an LMS token says about a person, proved, and the roles that follow; used by openedx_sso.py."""

from __future__ import annotations

import json
from typing import Any

import jwt

ASYMMETRIC = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]


class ClaimsError(Exception):
    """The token is not what it should be; the person is not let in."""


class AccessBlockedError(Exception):
    """The person is known but may not use Superset."""


def read_claims(token: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of an access token; raise ClaimsError.

    With verification `jwks` the signature is checked here. With `lms` it is not: the token comes straight
    from the LMS's token address and the caller has the LMS confirm whose it is (which checks the signature there).
    """
    checked = settings["verification"] == "jwks"
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=public_key(token, settings) if checked else "",
            algorithms=ASYMMETRIC if checked else None,
            audience=settings["audience"] or None,
            issuer=settings["issuer"] or None,
            options={
                "verify_signature": checked,
                "verify_exp": True,
                "verify_aud": bool(settings["audience"]),
                "verify_iss": bool(settings["issuer"]),
            },
        )
    except jwt.PyJWTError as error:
        raise ClaimsError(f"token refused: {type(error).__name__}") from error
    if not isinstance(claims.get("preferred_username"), str) or not claims["preferred_username"]:
        raise ClaimsError("the token names nobody; is the scope `profile` allowed?")
    return claims


def public_key(token: str, settings: dict[str, Any]) -> Any:
    """Return the LMS's public key that the token's header names; raise jwt.PyJWTError."""
    if settings["jwks"]:
        keys = jwt.PyJWKSet.from_dict(json.loads(settings["jwks"])).keys
        wanted = jwt.get_unverified_header(token).get("kid")
        for key in keys:
            if wanted in (None, key.key_id):
                return key.key
        raise jwt.InvalidTokenError("no such key")
    client = jwt.PyJWKClient(settings["jwks_url"], timeout=settings["timeout_seconds"])
    return client.get_signing_key_from_jwt(token).key


def role_keys(
    claims: dict[str, Any], course_keys: list[str], settings: dict[str, Any]
) -> list[str]:
    """Return the keys of the roles that a person gets; raise AccessBlockedError.

    Only a claim that is exactly true counts, so that a text such as "false" opens nothing.
    """
    assign = settings["assign"]
    if claims.get("superuser") is True:
        return list(assign["superuser"])
    if claims.get("administrator") is True:
        return list(assign["staff"])
    if course_keys:
        if settings["block_instructor_access"]:
            raise AccessBlockedError("course staff may not use Superset here")
        return list(assign["course_staff"])
    if settings["block_student_access"]:
        raise AccessBlockedError("only course staff may use Superset here")
    return list(assign["other"])


def needs_courses(claims: dict[str, Any]) -> bool:
    """Return whether the roles depend on the person's courses."""
    return claims.get("superuser") is not True and claims.get("administrator") is not True


def names(claims: dict[str, Any]) -> tuple[str, str]:
    """Return first and last name as the token gives them; either may be empty."""
    first = str(claims.get("given_name") or claims.get("name") or "")
    return first[:64], str(claims.get("family_name") or "")[:64]


def match_language(wanted: str, languages: list[str]) -> str:
    """Return the language of `languages` nearest to `wanted` (es-419 gives es), or ''."""
    by_name = {code.lower(): code for code in languages}
    asked = wanted.replace("-", "_").lower()
    return by_name.get(asked) or by_name.get(asked.partition("_")[0], "")


def localised_keys(keys: list[str], language: str, locales: list[str]) -> list[str]:
    """Return the keys of roles, each also as `KEY-LOCALE` of the locale nearest to the language.

    A language without dashboards gets those of the first locale, rather than none.
    """
    if not locales:
        return list(keys)
    same = [code for code in locales if base_language(code) == base_language(language)]
    locale = match_language(language, locales) or (same or locales)[0]
    return [*keys, *(f"{key}-{locale}" for key in keys)]


def base_language(code: str) -> str:
    """Return the language of a tag, for example es of es_419."""
    return code.replace("-", "_").lower().partition("_")[0]
