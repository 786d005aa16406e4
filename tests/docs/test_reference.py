"""Every request that a page shows gets the answer that the page shows."""

from pathlib import Path

import pytest

from tests.docs.examples import Reader, examples_of
from tests.world import Running

ROOT = Path(__file__).parents[2]
PAGES = [
    path.relative_to(ROOT)
    for path in sorted(ROOT.glob("docs/**/*.md"))
    if "```http" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("page", PAGES, ids=str)
async def test_the_service_answers_as_the_page_shows(cell: Running, page: Path) -> None:
    reader = Reader(cell.client)
    for example in examples_of((ROOT / page).read_text(encoding="utf-8")):
        await reader.try_out(example)
