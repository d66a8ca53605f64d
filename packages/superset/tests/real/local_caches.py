"""Caches in memory, put beside the settings in the tests that have no Redis."""

from cachelib import SimpleCache


def configure(settings):
    simple = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 300}
    for name in ("CACHE_CONFIG", "DATA_CACHE_CONFIG"):
        settings[name] = simple
    for name in ("FILTER_STATE_CACHE_CONFIG", "EXPLORE_FORM_DATA_CACHE_CONFIG"):
        settings[name] = simple
    settings["RESULTS_BACKEND"] = SimpleCache()
    settings["RATELIMIT_STORAGE_URI"] = "memory://"
