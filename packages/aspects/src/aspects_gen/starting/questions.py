"""What `init` asks: each question, its default, and whether an answer will do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aspects_gen.errors import UsageError
from aspects_gen.explain.keys import find_key
from aspects_gen.values.schema import Schema

Answers = dict[str, str]
"""Name of a question -> answer."""

Ask = Callable[[str], str | None]
"""Shows a prompt and returns the line that was typed; None when there is nobody to answer."""


@dataclass(frozen=True)
class Question:
    """One thing to know before a values file can be written."""

    name: str
    flag: str
    key: str
    """Key of the values that it sets."""
    text: str
    default: str = ""
    """What an empty answer means; empty where there must be an answer."""
    only: tuple[str, str] = ("", "")
    """(question, answer) without which it does not matter."""

    def applies(self, answers: Mapping[str, str]) -> bool:
        """Tell whether the question matters, given the answers before it."""
        name, answer = self.only
        return not name or answers.get(name) == answer


QUESTIONS = (
    Question("lms_host", "--lms-host", "site.lmsHost", "Public host name of the LMS"),
    Question(
        "platform_name",
        "--platform-name",
        "site.platformName",
        "Name of the site, as people read it",
        "My Open edX site",
    ),
    Question("profile", "--profile", "profile", "Sizes to start from", "starter"),
    Question("clickhouse", "--clickhouse", "clickhouse.topology", "ClickHouse", "single"),
    Question(
        "clickhouse_host",
        "--clickhouse-host",
        "clickhouse.external.host",
        "Host name of the ClickHouse server",
        only=("clickhouse", "external"),
    ),
    Question(
        "secrets", "--secrets", "secrets.provider", "How Secrets reach the cluster", "existing"
    ),
    Question("source", "--source", "aspects.source", "What events come through", "ralph"),
)


def complete_answers(schema: Schema, given: Mapping[str, str | None], ask: Ask | None) -> Answers:
    """Return an answer to every question that applies.

    Args:
        schema: the bundled schema; a question about a service that is not installed is left out.
        given: answers that are there already, by question; None where there is none.
        ask: asks a person; None takes the defaults.

    Raises:
        UsageError: an answer is missing, will not do, or answers what does not apply.
    """
    answers: Answers = {}
    for question in QUESTIONS:
        answer = given.get(question.name)
        if not question.applies(answers):
            if answer is not None:
                raise _idle(question)
        elif answer is not None:
            problem = check_answer(schema, question, answer)
            if problem:
                raise UsageError(f"{question.flag} {answer}: {problem[0]}\n  = fix: {problem[1]}")
            answers[question.name] = answer
        elif _is_known(schema, question):
            answers[question.name] = _find_answer(schema, question, ask)
    return answers


def _idle(question: Question) -> UsageError:
    name, answer = question.only
    flag = next(q.flag for q in QUESTIONS if q.name == name)
    return UsageError(
        f"{question.flag} matters only with {flag} {answer}\n"
        f"  = fix: add {flag} {answer}, or leave {question.flag} out"
    )


def _is_known(schema: Schema, question: Question) -> bool:
    try:
        find_key(schema, question.key)
    except UsageError:
        return False
    return True


def _find_answer(schema: Schema, question: Question, ask: Ask | None) -> str:
    while ask:
        typed = ask(_prompt(schema, question))
        if typed is None:
            break
        answer = typed.strip() or question.default
        problem = check_answer(schema, question, answer)
        if not problem:
            return answer
        ask = _with_note(ask, f"  {problem[0]}; {problem[1]}\n")
    if question.default:
        return question.default
    raise UsageError(
        f"{question.flag} is missing: {question.text[0].lower()}{question.text[1:]}\n"
        f"  = fix: add {question.flag}"
    )


def _with_note(ask: Ask, note: str) -> Ask:
    """Return an `ask` that says first what was wrong with the last answer."""
    return lambda prompt: ask(note + prompt)


def _prompt(schema: Schema, question: Question) -> str:
    choices = find_key(schema, question.key).node.get("enum")
    text = f"{question.text} ({', '.join(choices)})" if choices else question.text
    return f"{text} [{question.default}]: " if question.default else f"{text}: "


def check_answer(schema: Schema, question: Question, answer: str) -> tuple[str, str] | None:
    """Return (problem, fix) of an answer, or None when it will do."""
    node = find_key(schema, question.key).node
    if not answer:
        return "this must not be empty", "name it"
    if "enum" in node and answer not in node["enum"]:
        return "this is not one of the choices", f"choose one of: {', '.join(node['enum'])}"
    fits = re.search(node.get("pattern", ""), answer)
    if not fits or len(answer) > node.get("maxLength", len(answer)):
        return "this is not of the right form", f"write {node.get('x-expected', 'it otherwise')}"
    return None
