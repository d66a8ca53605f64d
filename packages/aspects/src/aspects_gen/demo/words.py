"""Words that the campus is made of; several scripts, so that text is tried for real."""

from __future__ import annotations

ORGANISATIONS = ("NorthU", "Lakeside", "OpenTech", "Meridian", "Delta9")

SUBJECTS = (
    ("Statistics in Practice", "STAT1"),
    ("Tides and Coasts", "SEA10"),
    ("Writing Plainly", "WRIT2"),
    ("Grundlagen der Energie", "NRG3"),
    ("Introducción a la salud", "SAL4"),
    ("統計入門", "TOKEI5"),
    ("Algorithms by Hand", "ALGO6"),
    ("Музыка и слух", "MUS7"),
)

FIRST_NAMES = ("Ada", "Bo", "Chidi", "Dana", "Émile", "Fatima", "Goran", "Hana", "Ines", "美咲")
LAST_NAMES = ("Archer", "Brandt", "Costa", "Dlamini", "Eriksson", "O'Neil", "Nguyễn", "Κώστας")

TOPICS = ("Start here", "Reading", "Practice", "Discussion", "Review", "Case: harbour", "Ordering")

OPTIONS = (
    "at low tide",
    "at high tide",
    "the mean, not the median",
    "neither",
    "42",
    "naïve estimate",
    "größer als null",
    "三つ目",
    "both <choicehint>Look at the table again.</choicehint>",
    "<div>the second curve</div>",
)

SENTENCES = (
    "I measured it twice and took the mean.",
    "The curve falls after the third day.",
    "Das Ergebnis hängt vom Wetter ab.",
    "Не уверен, но кажется, растёт.",  # noqa: RUF001
    "理由は潮の満ち引きです。",
    'They call it "slack water" \u2014 briefly \U0001f30a.',
)

COUNTRIES = ("ZA", "DE", "BR", "JP", "CA", "EE", "")
LANGUAGES = ("en", "de", "es-419", "ja", "")
