"""Open pages in headless Chromium and say what was seen there; runs in Superset's Python, which has selenium.

Argument: a file of JSON, {"pages": [{"name", "url", "cookies", "tabs"}], "folder"}; prints JSON by name.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

OPTIONS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--window-size=1400,3000",
]
PATIENCE = 180  # seconds for a page to come to rest
NOTHING = 15  # seconds after which a page without a word is taken for one that was refused

BUSY = """
return {
  charts: document.querySelectorAll('.dashboard-component-chart-holder, .dashboard-chart').length,
  loading: document.querySelectorAll('.loading, [data-test="loading-indicator"], .ant-spin-spinning').length,
  size: document.body ? document.body.innerText.length : 0,
}
"""
SEEN = """
const text = (selector) => [...document.querySelectorAll(selector)].map(e => e.innerText.trim());
return {
  title: document.title,
  charts: text('.header-title'),
  errors: text('.ant-alert-error, [data-test="error-message"], .error-container, .ant-result-error'),
  body: document.body.innerText.slice(0, 3000),
}
"""
TABS = ".dashboard-component-tabs [role=tab]"
NEXT = f"""
const visited = new Set(arguments[0]);
const shown = [...document.querySelectorAll('{TABS}')].filter(tab => tab.offsetParent !== null);
shown.filter(tab => tab.ariaSelected === 'true').forEach(tab => visited.add(tab.id));
const depth = tab => {{
  let found = 0;
  for (let e = tab; e; e = e.parentElement) found += e.role === 'tabpanel';
  return found;
}};
const left = shown.filter(tab => !visited.has(tab.id)).sort((one, two) => depth(two) - depth(one));
if (left.length) {{ left[0].click(); visited.add(left[0].id); }}
return [[...visited], left.length ? left[0].innerText : null];
"""
"""Open a tab that was not open yet, those within the open one first; return those that were, and its name."""


def start():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for word in OPTIONS:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def rest(driver):
    """Wait until charts are there and nothing loads; return whether that came about."""
    begin, quiet = time.monotonic(), 0
    before = None
    while time.monotonic() < begin + PATIENCE:
        now = driver.execute_script(BUSY)
        quiet = quiet + 1 if not now["loading"] and now["size"] and now == before else 0
        if quiet >= 4:
            return True
        if not now["size"] and time.monotonic() > begin + NOTHING:
            return False
        before = now
        time.sleep(0.4)
    return False


def answers(driver):
    """Return (status, path) of every answer of the API, and policy violations of the console."""
    found = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.responseReceived":
            response = message["params"]["response"]
            path = urlsplit(response["url"]).path
            if path.startswith("/api/"):
                found.append([response["status"], path])
    refused = [
        e["message"]
        for e in driver.get_log("browser")
        # the telemetry picture of Superset's makers is meant to be refused
        if "Content Security Policy" in e["message"] and "scarf" not in e["message"]
    ]
    return found, refused


def open_tabs(driver):
    """Open each tab that is not open at first, also those within others; yield its name."""
    visited = []
    while True:
        visited, label = driver.execute_script(NEXT, visited)
        if label is None:
            return
        yield label


def see(driver, page, folder):
    for cookie in page.get("cookies", []):
        driver.get(f"{page['url'].split('/superset/')[0]}/static/assets/images/favicon.png")
        driver.delete_all_cookies()
        driver.add_cookie(cookie)
    # what the page before still asks for is given up, so that its answers are not taken for this one's
    driver.get("about:blank")
    answers(driver)
    driver.get(page["url"])
    rested = rest(driver)
    if page.get("frame"):
        driver.switch_to.frame(0)
        rested = rest(driver)
    found = {**driver.execute_script(SEEN), "tabs": []}
    driver.save_screenshot(str(folder / f"{page['name']}.png"))
    for index, label in enumerate(open_tabs(driver) if page.get("tabs") else [], 1):
        rested = rest(driver) and rested
        more = driver.execute_script(SEEN)
        found["errors"] += [f"{label}: {text}" for text in more["errors"]]
        found["charts"] += more["charts"]
        found["tabs"].append(label)
        driver.save_screenshot(str(folder / f"{page['name']}-{index}.png"))
    if page.get("frame"):
        driver.switch_to.default_content()
    api, refused = answers(driver)
    return {**found, "rested": rested, "api": api, "refused": refused}


def main():
    wanted = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(wanted["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    driver = start()
    try:
        found = {page["name"]: see(driver, page, folder) for page in wanted["pages"]}
    finally:
        driver.quit()
    print("RESULT " + json.dumps(found))


if __name__ == "__main__":
    main()
