"""Fill the template of the page, with a policy that lets only its own code run."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from foa360.core.shown import printable

#: Libraries and licences that the page loads, beside the page.
VENDORED = Path(__file__).with_name("vendor")
#: Scripts of the page, in this order in one element.
SCRIPTS = ("page.js", "charts.js", "table.js", "card.js", "player.js")


def render_page(state: Any, **values: Any) -> str:
    """Fill the template. `state` is what the scripts of the page read, as JSON."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("foa360.stages.report", "page"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
    )
    style = VENDORED.joinpath("uPlot.min.css").read_text() + _part(environment, "page.css")
    script = "".join(_part(environment, name) for name in SCRIPTS)
    template = environment.get_template("page.html")
    return template.render(
        security_policy=_security_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        state=_json_element(state),
        **values,
    )


def _part(environment: jinja2.Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _shown(value: object) -> object:
    """Return a text of the page with control and direction characters as escapes."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return "\n".join(map(printable, str(value).split("\n"))) if is_text else value


def _json_element(state: Any) -> Markup:
    """Write JSON so that it can neither end its element nor hold a control character."""
    text = json.dumps(state, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _security_policy(style: str, script: str) -> str:
    """Return the policy of the page.

    It runs its own style and script, and scripts that its own script loads: those beside it.
    """
    sources = {}
    for kind, content in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        sources[kind] = f"'sha256-{digest}'"
    return (
        f"default-src 'none'; style-src {sources['style']};"
        f" script-src {sources['script']} 'strict-dynamic';"
        " img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
    )
