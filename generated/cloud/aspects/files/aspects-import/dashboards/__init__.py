"""Dashboards as a person writes them, made into Superset's own import bundle and checked.

The import Job finds this folder beside its script; tests and the generator import it from here.
So only the standard library and PyYAML (and Babel for catalogues), and only relative imports.
"""

from .catalogue import Relations, read_relations
from .check import find_problems
from .expand import Bundle, expand
from .locales import localise, localised_uuid, translate, visible_texts
from .merge import merge, read_added
from .sources import Sources, parse, read_files, read_sources
from .sql import name_databases
from .texts import Texts, read_texts, speak
from .variants import fit, put_help

__all__ = [
    "Bundle",
    "Relations",
    "Sources",
    "Texts",
    "expand",
    "find_problems",
    "fit",
    "localise",
    "localised_uuid",
    "merge",
    "name_databases",
    "parse",
    "put_help",
    "read_added",
    "read_files",
    "read_relations",
    "read_sources",
    "read_texts",
    "speak",
    "translate",
    "visible_texts",
]
