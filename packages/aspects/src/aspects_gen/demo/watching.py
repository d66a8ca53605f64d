"""Videos: loading, playing, pausing, seeking, stopping, finishing, watching twice."""

from __future__ import annotations

from aspects_gen.demo import verbs as v
from aspects_gen.demo.course import Block
from aspects_gen.demo.moments import SECOND
from aspects_gen.demo.session import Json, Session


def watch(session: Session, block: Block) -> None:
    """Load a video and watch parts of it; some parts overlap, some videos are finished."""
    rng, length = session.rng, float(block.seconds)
    _state(session, block, "initialized", None)
    session.wait(1, 8)
    position = 0.0 if rng.random() < 0.8 else round(rng.uniform(0, length - 1), 3)
    for _ in range(rng.choices((1, 2, 3, 4), (4, 3, 2, 1))[0]):
        position = _play(session, block, position)
        if position >= length:
            _state(session, block, "completed", {v.VIDEO_TIME: length})
            return
        if rng.random() < 0.45:
            position = _seek(session, block, position)
        _fiddle(session, block, position)
    if rng.random() < 0.35:
        session.wait(0.1, 2)
        _state(session, block, "terminated", {v.VIDEO_TIME: position})


def _play(session: Session, block: Block, position: float) -> float:
    """Play from a position until a pause or the end and return where that was."""
    rng, length = session.rng, float(block.seconds)
    _state(session, block, "played", {v.VIDEO_TIME: position})
    remaining = length - position
    lasts = remaining if rng.random() < 0.3 else remaining * rng.random()
    session.moment += max(SECOND, int(lasts * SECOND))
    reached = min(length, round(position + lasts, 3))
    if reached < length and rng.random() < 0.93:
        # a few vanish without a pause: a closed lid
        _state(session, block, "paused", {v.VIDEO_TIME: reached})
    session.wait(0.2, 10)
    return reached


def _seek(session: Session, block: Block, position: float) -> float:
    target = round(session.rng.uniform(0, block.seconds - 1), 3)
    _state(session, block, "seeked", {v.VIDEO_FROM: position, v.VIDEO_TO: target})
    session.wait(0.2, 2)
    return target


def _fiddle(session: Session, block: Block, position: float) -> None:
    """Turn captions or speed, now and then."""
    draw = session.rng.random()
    if draw < 0.08:
        extensions: Json = {v.VIDEO_CAPTIONS: draw < 0.04, v.VIDEO_TIME: position}
    elif draw < 0.12:
        extensions = {v.SPEED_FROM: "1.0x", v.SPEED_TO: "1.25x"}
    else:
        return
    _state(session, block, "interacted", extensions)
    session.wait(0.2, 3)


def _state(session: Session, block: Block, verb: str, extensions: Json | None) -> None:
    context = session.parts.context(session.id)
    context["extensions"][v.VIDEO_LENGTH] = float(block.seconds)
    result: Json | None = {"extensions": extensions} if extensions else None
    if result is not None and verb == "completed":
        result = {**result, "completion": True, "duration": f"PT{block.seconds}S"}
    session.state(verb, session.parts.block(block, v.VIDEO_TYPE), context, result)
