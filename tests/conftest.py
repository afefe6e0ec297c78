"""What every test may use: the time limit, the report of what did not run, and a browser."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from playwright.sync_api import Browser, Page, sync_playwright

from live.__main__ import main as publish
from tests.commandline import run
from tests.house import ROOT
from zoning.loading import load_manifest
from zoning.pipeline import Plan, derive
from zoning.store import Workspace

# The machine's load must not fail a property; on CI the same examples come back at each run.
# On CI a failing example is told as it is found: making it small can take longer than all tests together.
PHASES = [phase for phase in Phase if phase != Phase.shrink or "CI" not in os.environ]
settings.register_profile(
    "cordon",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("cordon")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# The lists of Chromium's address bar are pages too, a third of the cost of ours; the rest would ask its maker's hosts.
NOT_NEEDED = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,PreconnectToSearch,OptimizationHints,NetworkTimeServiceQuerying,"
    "MediaRouter,LensOverlay,HttpsUpgrades,PaintHolding,DestroyProfileOnBrowserClose,ThirdPartyStoragePartitioning"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={NOT_NEEDED}",
]
STARTED = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stop-after", type=float, metavar="SECONDS", help="start no further test after this long")


def pytest_runtest_setup(item: pytest.Item) -> None:
    limit = item.config.getoption("--stop-after")
    if limit and time.monotonic() - STARTED > limit:
        pytest.skip(f"the time limit of {limit:.0f} s is over")
    if item.get_closest_marker("browser") and not CHROMIUM:
        pytest.skip("there is no Chromium on this machine (Debian: apt install chromium)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section("TESTS THAT DID NOT RUN", sep="!", red=True, bold=True)
    for reason, count in reasons.items():
        terminalreporter.line(f"NOT RUN: {count} because {reason}", red=True, bold=True)
        for report in skipped:
            if report.longrepr[2].removeprefix("Skipped: ") == reason:
                terminalreporter.line(f"    {report.nodeid}")


@pytest.fixture(scope="session", autouse=True)
def _plain_ids() -> Iterator[None]:
    """Workspaces that tests make publish their zones under the ids inside, which golden files can name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zoning.log.new_salt", str)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, headless, kept for the session; tests that use it are marked `browser`."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own that ends in failure if the console showed an error or a script threw."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, f"the browser's console shows errors: {errors}"


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's workspace, loaded once; tests that write copy it first."""
    folder = tmp_path_factory.mktemp("town")
    for _ in load_manifest(Workspace(folder, create=True), ROOT / "data" / "town" / "town.toml"):
        pass
    return folder


@pytest.fixture
def town_copy(town_folder: Path, tmp_path: Path) -> Path:
    """A copy of the town's workspace that a test may change."""
    return shutil.copytree(town_folder, tmp_path / "town")


@pytest.fixture(scope="session")
def town_plan(town_folder: Path) -> Plan:
    """The plan of the town on its own day, by the default pack."""
    return derive(town_folder)


@pytest.fixture(scope="session")
def published_city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small invented city, decided and published twice with a secret; tests that write copy it first.

    Its workspace, and the folder of publications.
    """
    home = tmp_path_factory.mktemp("city")
    workspace, folder = home / "workspace", home / "live"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zoning.log.new_salt", lambda: "5a" * 32)
        assert run("demo", home / "files", "--people", 20_000, "--cases", 24) == 0
        assert run("town", workspace, "--manifest", home / "files" / "city.toml") == 0
        for day in ("2022-03-10", "2022-03-13"):
            assert run("derive", workspace, "--as-of", day, "--decide", "auto", "--out", home / "zones.geojson") == 0
            told = ("publish", workspace, folder, "--by", "Li Wei", "--note", f"state of {day}", "--as-of", day)
            assert publish([*map(str, told), "--confirm", "all"]) == 0
    return workspace, folder
