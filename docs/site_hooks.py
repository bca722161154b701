"""What the site adds to the pages: the project's own pages beside docs/, and one for the Python names."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md", "CITATION.cff": "CITATION.cff",
}  # fmt: skip
"""Files at the root of the project, and what they are called on the site."""

LOADED = re.compile(r"<(?:script|link|img|source|iframe)\b[^>]*(?:src|srcset|href)=\"?((?:https?:)?//[^\"\s>]+)")
"""What a page would fetch from another host."""

LINK = re.compile(r"(\]\(|\b(?:src|srcset|href)=\")([^)\s\"]+)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A folder in the navigation stands for all its pages; a page that nobody placed comes last."""
    docs = Path(config.docs_dir)
    nav = _filled(config.nav, docs)
    placed = set(_placed(nav))
    rest = [name for page in sorted(docs.rglob("*.md")) if (name := str(page.relative_to(docs))) not in placed]
    config.nav = [*nav, {"More": rest}] if rest else nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages at the project's root, and the page of the public Python names."""
    for name, there in OUTSIDE.items():
        text = (ROOT / name).read_text("utf-8")
        content = _moved(text) if name.endswith(".md") else text
        files.append(File.generated(config, there, content=content))
    files.append(File.generated(config, "python.md", content=_python()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links from docs/ to the project's root lead to the pages made of its files."""
    up = "../" * page.file.src_uri.count("/")
    for name, there in OUTSIDE.items():
        markdown = markdown.replace(f"]({up}../{name}", f"]({up}{there}")
    return markdown


def on_post_build(config: MkDocsConfig) -> None:
    """The site is refused if a page would load anything from another host."""
    for page in Path(config.site_dir).rglob("*.html"):
        if found := LOADED.search(page.read_text("utf-8")):
            raise PluginError(f"{page.name} would load {found[1]}")


def _filled(nav: Any, docs: Path) -> Any:
    if isinstance(nav, dict):
        return {title: _filled(part, docs) for title, part in nav.items()}
    if isinstance(nav, list):
        return [one for part in nav for one in (_pages(part, docs) if _folder(part) else [_filled(part, docs)])]
    return nav


def _placed(nav: Any) -> list[str]:
    parts = nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else []
    return [nav] if isinstance(nav, str) else [page for part in parts for page in _placed(part)]


def _folder(part: Any) -> bool:
    return isinstance(part, str) and part.endswith("/")


def _pages(folder: str, docs: Path) -> list[str]:
    names = sorted((page.name for page in (docs / folder).glob("*.md")), key=lambda name: (name != "README.md", name))
    return [folder + name for name in names]


def _moved(text: str) -> str:
    """The text with its links as seen from inside docs/."""

    def moved(hit: re.Match[str]) -> str:
        path, mark, anchor = hit[2].partition("#")
        return hit[1] + OUTSIDE.get(path, path.removeprefix("docs/")) + mark + anchor

    return LINK.sub(moved, text)


def _python() -> str:
    source = ast.parse((ROOT / "src" / "tiltmeter" / "__init__.py").read_text("utf-8"))
    (names,) = (
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    )
    head = "# Python\n\nThe public names, each loaded when it is first used: `from tiltmeter import code`.\n"
    return head + "".join(f"\n::: tiltmeter.{name}\n" for name in names)
