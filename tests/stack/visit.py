"""Sign in as a person in headless Chromium, open a dashboard, and say what stands there.

Runs in Superset's Python, which has selenium. Arguments: Superset's address, the person's name, the dashboard's
slug, a file for the picture. Prints JSON: `place` after the sign-on, `numbers` by the title of their chart, `errors`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "superset"))

from look import rest, start
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SEEN = """
const holders = [...document.querySelectorAll('.dashboard-component-chart-holder')];
const numbers = {};
for (const holder of holders) {
  const title = holder.querySelector('.header-title'), number = holder.querySelector('.header-line');
  if (title && number) numbers[title.innerText.trim()] = number.innerText.trim();
}
const wrong = '.ant-alert-error, [data-test="error-message"], .error-container, .ant-result-error';
const errors = [...document.querySelectorAll(wrong)].map(e => e.innerText.trim());
return {numbers, errors, title: document.title};
"""


def main() -> None:
    superset, person, slug, picture = sys.argv[1:]
    driver = start()
    try:
        driver.set_window_size(1300, 1000)
        driver.get(f"{superset}/login/openedxsso")
        driver.find_element(By.PARTIAL_LINK_TEXT, person).click()
        WebDriverWait(driver, 120).until(lambda d: d.current_url.startswith(superset))
        place = driver.current_url
        driver.get(f"{superset}/superset/dashboard/{slug}/")
        rested = rest(driver)
        driver.save_screenshot(picture)
        print(json.dumps({"place": place, "rested": rested, **driver.execute_script(SEEN)}))
    finally:
        driver.quit()


main()
