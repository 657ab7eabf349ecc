"""Pages that a phone keeps for when there is no signal, as tests wait for them."""

from playwright.sync_api import Page

# What the browser complains of while nothing gets through.
OFFLINE = ("ERR_", "Failed to load")

KEPT = """async (paths) => {
  const found = await Promise.all(paths.map((path) => caches.match(path)));
  return Boolean(navigator.serviceWorker.controller) && found.every(Boolean);
}"""


def wait_until_kept(page: Page, *paths: str) -> None:
    """Wait until the page's worker answers for it, and keeps what these addresses show."""
    for _each in range(200):
        if page.evaluate(KEPT, list(paths)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not kept: {', '.join(paths)}")
