import pytest

from aspects_gen.lint.literals import find_literals


@pytest.mark.parametrize("name", ["aspects-migrate-1a2b3c4d", "aspects-assets-9f8e7d6c"])
def test_a_job_s_name_with_its_hash_is_no_secret(name):
    assert list(find_literals(f"  name: {name}\n")) == []


@pytest.mark.parametrize("word", ["q8Zr2LwX5vNk1TbY7mCe", "x7f3k9q2m4w8z1n5b6v0c3j7"])
def test_a_drawn_word_is_found_and_never_shown(word):
    ((line, what),) = find_literals(f"a: b\npassword: {word}\n")
    assert (line, word in what) == (2, False)
