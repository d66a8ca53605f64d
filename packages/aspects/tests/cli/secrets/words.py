"""Keys of Secrets that only an operator can supply, and what tests ask of files."""

import stat
import textwrap

BANK = "shop-bank/account"
TOKEN = "shop-keys/token"


def dedent(text):
    return textwrap.dedent(text).lstrip("\n")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)
