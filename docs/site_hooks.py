"""Pages of the site that lie outside of docs/: MkDocs calls these functions (mkdocs.yml)."""

from pathlib import Path

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
#: Pages of the site, by the file of the repository that they are made of.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",
    "LICENSE": "licence.md",
    "CITATION.cff": "citation.md",
}


def on_files(files, config):
    """Add the pages."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        if not name.endswith(".md"):
            text = f"# {Path(page).stem.capitalize()}\n\n```text\n{text}```\n"
        content = _links(text.replace("](docs/", "]("))
        files.append(File.generated(config, page, content=content))
    return Files(list(files))


def on_page_markdown(markdown, page, config, files):
    """Let links between files of the repository lead to pages."""
    return _links(markdown.replace("](../", "]("))


def _links(text):
    for name, page in PAGES.items():
        text = text.replace(f"]({name}", f"]({page}")
    return text
