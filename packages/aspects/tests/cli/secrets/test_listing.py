"""`secrets ENV` lists every key, where its value comes from and who reads it."""

import json

from .words import dedent


def test_secrets_lists_each_key_where_it_comes_from_and_who_reads_it(call):
    assert call("secrets", "small") == (
        0,
        dedent("""
            environment small, namespace aspects, provider existing
            3 Secrets, 5 keys: 3 can be generated, 2 only you can supply

            SECRET/KEY              GENERATED                  READ BY           WHAT FOR
            shop-bank/account       no, you supply it          lms               Number of the account.
            shop-database/password  32 letters and digits      deployment/shop,  Password of the till.
                                                               job/shop-init
            shop-database/ticket    16 hexadecimal characters  job/shop-init     Ticket for the till.
            shop-keys/sign          64 hexadecimal characters  deployment/shop   Signs receipts.
            shop-keys/token         no, you supply it          deployment/shop   Token of the card company.
            """),
        "",
    )


def test_secrets_lists_the_named_ones_only(call):
    code, out, _ = call("secrets", "small", "--only", "shop-bank", "--json")

    assert code == 0
    assert json.loads(out) == {
        "environment": "small",
        "namespace": "aspects",
        "provider": "existing",
        "secrets": [
            {
                "name": "shop-bank",
                "keys": [
                    {
                        "key": "account",
                        "about": "Number of the account.",
                        "generate": None,
                        "readers": ["lms"],
                    }
                ],
            }
        ],
    }


def test_secrets_says_when_no_pod_reads_a_key(call, services):
    output = services["shop"].emit

    def emit(values, tools):
        return {**output(values, tools), "lms": {}}

    services["shop"].emit = emit

    assert "no pod here (asked for by" in call("secrets", "small", "--only", "shop-bank")[1]
