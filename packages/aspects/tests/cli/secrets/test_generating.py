"""`secrets --generate` makes values, carries over those that are given, and touches none that is there."""

import json

import pytest
import yaml

from aspects_gen.secretfiles import delivery, folder, material

from .words import mode


def test_generate_writes_manifests_to_apply(call, tmp_path, use):
    use("existing")
    target = tmp_path / "private" / "new"

    code, out, err = call("secrets", "small", "--generate", target)

    database = yaml.safe_load((target / "shop-database.yaml").read_text())
    assert database["metadata"] == {"name": "shop-database", "namespace": "stats"}
    assert database["kind"] == "Secret"
    assert len(database["stringData"]["password"]) == 32
    assert database["stringData"]["password"].isalnum()
    assert set(database["stringData"]["ticket"]) <= set("0123456789abcdef")
    assert f"kubectl apply --server-side -n stats -f {target}" in out
    assert code == 3
    assert err == (
        "not written, since keys are missing that only you can supply: shop-bank\n"
        "  = fix: run it again with --from-file NAME/KEY=PATH; what is written stays\n"
    )


def test_generate_keeps_a_place_in_the_manifest_for_what_only_the_operator_knows(
    call, tmp_path, use
):
    use("existing")

    code, out, _ = call("secrets", "small", "--generate", tmp_path / "s", "--only", "shop-keys")

    path = tmp_path / "s" / "shop-keys.yaml"
    assert code == 0
    assert out.startswith(
        f"{path}: written, keys: 1 generated, 1 to add by hand\n"
        "    token  only you can supply it: Token of the card company.\n"
    )
    assert path.read_text().endswith(
        "  # Token of the card company.\n  # token: only you can supply it\n"
    )
    assert list(yaml.safe_load(path.read_text())["stringData"]) == ["sign"]


def test_generate_keeps_what_it_writes_from_other_eyes_and_from_git(call, tmp_path, use, given):
    use("existing")
    target = tmp_path / "private"

    assert call("secrets", "small", "--generate", target, *given)[0] == 0

    assert mode(target) == 0o700
    assert {mode(path) for path in target.iterdir()} == {0o600}
    assert (target / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("provider", ["existing", "external-secrets"])
def test_generate_never_prints_a_value(call, tmp_path, use, given, provider):
    use(provider)
    target = tmp_path / "private"

    for words in ((), ("--json",)):
        _, out, err = call("secrets", "small", "--generate", target, *given, *words)
        values = ["tok-secret-987", "NL-123"]
        for path in target.glob("shop-*"):
            data = yaml.safe_load(path.read_text())
            values += data.get("stringData", data).values()
        assert len(values) == 7
        assert [value for value in values if value in out + err] == []


def test_generate_touches_nothing_that_exists_and_completes_the_rest(call, tmp_path, use, given):
    use("existing")
    target = tmp_path / "private"
    call("secrets", "small", "--generate", target, "--only", "shop-database")
    before = (target / "shop-database.yaml").read_bytes()
    (target / f".shop-keys.yaml.abc{folder.TEMPORARY}").write_text("half a")

    code, out, _ = call("secrets", "small", "--generate", target, *given)

    assert code == 0
    assert f"{target / 'shop-database.yaml'}: exists, left alone\n" in out
    assert (target / "shop-database.yaml").read_bytes() == before
    assert sorted(path.name for path in target.iterdir()) == [
        ".gitignore",
        "shop-bank.yaml",
        "shop-database.yaml",
        "shop-keys.yaml",
    ]


def test_generate_says_when_a_handed_over_value_was_not_used(call, tmp_path, use, given):
    use("existing")
    call("secrets", "small", "--generate", tmp_path / "s", *given)

    out = call("secrets", "small", "--generate", tmp_path / "s", *given)[1]

    assert (
        f"{tmp_path / 's' / 'shop-keys.yaml'}: exists, left alone\n"
        "    --from-file was not used for: token\n"
    ) in out


def test_generate_makes_other_values_each_time(call, tmp_path, use):
    use("existing")
    for name in ("a", "b"):
        call("secrets", "small", "--generate", tmp_path / name, "--only", "shop-database")

    assert (tmp_path / "a" / "shop-database.yaml").read_text() != (
        tmp_path / "b" / "shop-database.yaml"
    ).read_text()


def test_generate_as_data_says_what_became_of_each(call, tmp_path, use, given):
    use("existing")

    _, out, _ = call("secrets", "small", "--generate", tmp_path / "s", *given[:2], "--json")

    files = {entry.pop("secret"): entry for entry in json.loads(out)["files"]}
    assert files["shop-bank"]["status"] == delivery.WRITTEN
    assert files["shop-bank"]["carried"] == ["account"]
    assert files["shop-keys"]["generated"] == ["sign"]
    assert files["shop-keys"]["missing"] == ["token"]


def test_generate_carries_values_over_and_takes_the_last_newline_off_a_single_line(
    call, tmp_path, use, given
):
    use("existing")
    lines = tmp_path / "lines"
    lines.write_text("one\ntwo\n")
    words = [*given, "--from-file", f"shop-database/password={lines}"]

    call("secrets", "small", "--generate", tmp_path / "s", *words)

    def read(name):
        return yaml.safe_load((tmp_path / "s" / f"{name}.yaml").read_text())["stringData"]

    assert read("shop-bank") == {"account": "NL-123"}
    assert read("shop-database")["password"] == "one\ntwo\n"
    assert len(read("shop-database")["ticket"]) == 16


def test_generate_writes_an_entry_for_each_key_of_the_store(call, tmp_path, use, given):
    use("external-secrets", ", store: {prefix: aspects/small/}")

    code, out, _ = call("secrets", "small", "--generate", tmp_path / "s", *given)

    entry = json.loads((tmp_path / "s" / "shop-keys.json").read_text())
    assert code == 0
    assert entry["token"] == "tok-secret-987"
    assert len(entry["sign"]) == 64
    assert f"vault kv put -mount=secret aspects/small/NAME @{tmp_path / 's'}/NAME.json" in out


def test_generate_value_refuses_a_rule_it_does_not_know():
    with pytest.raises(ValueError, match="unknown rule 'word:3'"):
        material.generate_value("word:3")


def test_generate_keeps_a_secret_that_appears_while_it_works(call, tmp_path, use, monkeypatch):
    use("existing")
    monkeypatch.setattr(delivery, "add_file", lambda _path, _text: False)

    code, out, _ = call(
        "secrets", "small", "--generate", tmp_path / "s", "--only", "shop-database"
    )

    assert code == 0
    assert out.startswith(f"{tmp_path / 's' / 'shop-database.yaml'}: exists, left alone\n")


def test_generate_says_when_the_disk_refuses(call, tmp_path, use, monkeypatch):
    use("existing")

    def refuse(path, _text):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(delivery, "add_file", refuse)
    path = tmp_path / "s" / "shop-database.yaml"

    code, out, err = call("secrets", "small", "--generate", tmp_path / "s", "--only", path.stem)

    assert (code, out) == (3, "")
    assert err.startswith(
        f"{path}: cannot write: No space left on device\n  = fix: check the path"
    )
