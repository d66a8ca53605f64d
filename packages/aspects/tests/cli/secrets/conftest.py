"""Environments with a provider of secrets, and the values that an operator hands over."""

import pytest

from .words import BANK, TOKEN


@pytest.fixture
def use(add_environment):
    """A function that adds an environment with a provider."""

    def use(provider, more=""):
        add_environment(
            "small",
            "site: {lmsHost: learn.example.org}\n"
            f"secrets: {{provider: {provider}{more}}}\n"
            "kubernetes: {namespace: stats}\n",
        )

    return use


@pytest.fixture
def given(tmp_path):
    """Arguments that hand over the keys that only the operator can supply."""
    words = []
    for name, value in ((BANK, "NL-123\n"), (TOKEN, "tok-secret-987\n")):
        path = tmp_path / name.replace("/", "-")
        path.write_text(value)
        words += ["--from-file", f"{name}={path}"]
    return words
