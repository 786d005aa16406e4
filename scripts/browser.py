"""Chromium, as it is installed, for pictures and measurements. None is ever downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]


class NoBrowser(Exception):
    """It is not installed; the message says how to install it."""


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of Playwright. Raises NoBrowser."""
    found = shutil.which("chromium")
    if found is None:
        raise NoBrowser("no Chromium: apt install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
