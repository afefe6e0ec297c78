"""The description of the API as a plain page: the usual one asks two outside servers for its scripts."""

from html import escape
from typing import Any


def _field(parameter: dict[str, Any]) -> str:
    kind = parameter.get("schema", {})
    options = kind.get("enum") or [k.get("format") or k.get("type") for k in kind.get("anyOf", [kind])]
    allowed = " | ".join(str(o) for o in options if o and o != "null")
    must = ", required" if parameter.get("required") else ""
    said = f": {escape(parameter['description'])}" if parameter.get("description") else ""
    return f"<li><code>{escape(parameter['name'])}</code> ({escape(allowed)}{must}){said}</li>"


def _body(call: dict[str, Any]) -> str:
    """Return the fields of what is posted."""
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    required = set(content.get("required", []))
    told = [
        {"name": name, "schema": of, "required": name in required, "description": of.get("description")}
        for name, of in content.get("properties", {}).items()
    ]
    return "".join(_field(one) for one in told)


def describe_api(schema: dict[str, Any]) -> str:
    """Return the page of an OpenAPI schema: each address, what it is for and what it takes."""
    parts = []
    for path, of in schema["paths"].items():
        for method, call in of.items():
            fields = "".join(_field(p) for p in call.get("parameters", [])) + _body(call)
            head = f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            parts.append(f"{head}<p>{escape(call.get('summary', ''))}</p><ul>{fields}</ul>")
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Cordon API</title>'
        '<link rel="stylesheet" href="/assets/tokens.css">'
        "<style>body{font:14px/1.5 var(--font-ui);max-width:70ch;margin:2rem auto;padding:0 1rem}</style>"
        f"<h1>{escape(schema['info']['title'])} API</h1><p>{escape(schema['info']['description'])} "
        'Errors are <code>{error, what, where, fix}</code>. The schema: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{''.join(parts)}</html>"
    )
