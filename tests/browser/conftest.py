"""A headless Chromium from the system's packages; its tests are skipped, with the reason, where there is none."""

import shutil

import pytest


# While it is open an event loop runs in this thread, in which other modules could start none.
@pytest.fixture(scope="module")
def launch():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = []

        def launch_(*switches):
            switches = ["--no-sandbox", "--disable-gpu", *switches]
            opened.append(driver.chromium.launch(executable_path=found, args=switches))
            return opened[-1]

        yield launch_
        for browser in opened:
            browser.close()


@pytest.fixture(scope="module")
def chromium(launch):
    return launch()
