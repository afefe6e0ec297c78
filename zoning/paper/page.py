"""The frame of all paper: one self-contained HTML page in A4, from the light tokens, that asks nobody for anything."""

from collections.abc import Sequence

from zoning.paper.map import STYLE as MAP_STYLE
from zoning.paper.words import safe, say
from zoning.picture import Language, hatches, style_sheet
from zoning.pipeline import Plan

LANG = {"zh": "zh-CN", "en": "en"}
# No script, no request: what a page may load is its own styles.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
@page{size:A4;margin:11mm 14mm 13mm;@bottom-center{content:counter(page) " / " counter(pages);font:11px sans-serif}}
*{box-sizing:border-box;-webkit-print-color-adjust:exact;print-color-adjust:exact}
html{background:var(--bg)}
body{margin:0;color:#000;font:13px/1.45 var(--font-ui);font-variant-numeric:tabular-nums lining-nums}
.sheet{background:#fff;width:210mm;min-height:297mm;margin:8mm auto;padding:11mm 14mm 13mm;display:flex;
flex-direction:column;overflow-wrap:break-word}
h1{font-size:25px;line-height:1.25;margin:0;letter-spacing:.01em}
h1.long{font-size:18px}
h2{font-size:14.500px;line-height:20px;margin:9px 0 2px;break-after:avoid}
h3{font-size:13.500px;margin:6px 0 1px;break-after:avoid}
.sheet[lang=en]{font-size:12.500px} p{margin:0 0 2px} ul{list-style:none;margin:0;padding:0}
li{padding-left:14px;position:relative;break-inside:avoid}
li:before{content:"";position:absolute;left:0;top:.58em;width:6px;height:6px;background:#000}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 28px} section>div.keep{break-inside:avoid}
table{border-collapse:collapse;width:100%;font-size:12.500px;line-height:1.35}
td,th{border:1px solid #555;padding:2.500px 5px;text-align:center;font-weight:400}
thead{display:table-header-group} tr{break-inside:avoid}
th{font-weight:700;background:#ededed} table.even{table-layout:fixed} td.left,th.left{text-align:left}
td.left,h1,h3,li{overflow-wrap:anywhere}
td.right{text-align:right}
.head{display:flex;justify-content:space-between;gap:24px;font-size:12.500px;border-bottom:2.500px solid #000;
padding-bottom:6px;margin-bottom:10px}
.title{display:flex;gap:14px;align-items:center;margin-bottom:7px}
.title>div:last-child{min-width:0}
.chip{flex:none;width:58px;height:58px;border:3px solid #000;position:relative;overflow:hidden}
.chip svg{position:absolute;inset:0;width:100%;height:100%}
.small-chip{display:inline-block;width:20px;height:20px;border:1.500px solid #000;position:relative;overflow:hidden;
vertical-align:-5px;margin-right:6px}
.small-chip svg{position:absolute;inset:0;width:100%;height:100%}
.legend{display:flex;flex-wrap:wrap;gap:2px 15px;font-size:11.500px;align-items:center;margin-top:3px}
.legend>span{display:inline-flex;gap:5px;align-items:center} .legend .scale{margin-left:auto}
.legend{position:relative} .scale i{display:inline-block;height:5px;border:1.500px solid #000;border-top:0}
.foot{margin-top:auto;border-top:1px solid #000;padding-top:6px;font-size:11.500px;display:flex;
justify-content:space-between;align-items:flex-end;gap:24px;break-inside:avoid}
.foot>div:last-child{text-align:right;flex:none;max-width:45%}
.hot{font-size:20px;font-weight:700;line-height:1.3} .nw{white-space:nowrap}
.no{display:inline-grid;place-items:center;min-width:17px;height:17px;border:1.500px solid #000;border-radius:9px;
font-size:11px;font-weight:700;line-height:1;padding:0 3px;margin-right:4px}
.blank{display:inline-block;border-bottom:1px solid #000;min-width:9em;height:1.1em;vertical-align:-2px}
.sign{display:flex;justify-content:flex-end;gap:40px;margin:8px 0 6px;break-inside:avoid}
.note{border:2px solid #000;padding:3px 8px;font-weight:700;margin:0 0 7px}
.mut{color:#444} .box{display:inline-block;width:11px;height:11px;border:1.500px solid #000;vertical-align:-1px}
.draft{position:fixed;left:50%;top:50%;transform:translate(-50%,-50%) rotate(-35deg);font-size:128px;font-weight:700;
letter-spacing:.08em;white-space:nowrap;color:rgb(0 0 0 / .11);pointer-events:none;z-index:9;line-height:1}
@media screen and (max-width:820px){.sheet{width:auto;min-height:0;margin:0;padding:16px} .draft{font-size:16vw}
table{display:block;overflow-x:auto} td.left{min-width:8em;overflow-wrap:normal} .two{grid-template-columns:1fr}
.head,.foot{flex-wrap:wrap} .foot>div:last-child{max-width:none;text-align:left} .legend .scale{display:none}}
@media print{html{background:#fff}.sheet{width:auto;margin:0;padding:0;min-height:272mm;break-after:page}
.sheet:last-of-type{break-after:auto}}
"""


def make_page(
    sheets: Sequence[tuple[Language, str]], title: str, plan: Plan, more: str = "", draft: bool = False
) -> str:
    """Return sheets as a page that needs nothing else.

    Parameters
    ----------
    sheets : language and inner HTML of each.
    title : of the window and the PDF.
    plan : whose classes' hatches the sheets use, by `chip` and `swatch`.
    more : CSS of its own.
    draft : put a diagonal mark over each page: nobody decided it.

    Returns
    -------
    HTML.
    """
    body = "".join(f'<section class="sheet" lang="{LANG[language]}">{inner}</section>' for language, inner in sheets)
    mark = " ".join(dict.fromkeys(say("draft", language) for language, _ in sheets))
    over = f'<div class="draft" aria-hidden="true">{mark}</div>' if draft else ""
    return (
        f'<!doctype html><html lang="{LANG[sheets[0][0]]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{safe(title, 'zh')}</title><style>{style_sheet()}{MAP_STYLE}{_STYLE}{more}</style></head><body>"
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
        f"{hatches(plan, 'k')}</defs></svg>{body}{over}</body></html>\n"
    )


def chip(plan: Plan, name: str, language: Language, small: bool = False, look: str = "") -> str:
    """Return the sign of a class: colour, hatch and letter.

    Parameters
    ----------
    plan : with its pack.
    name : the class.
    language : of the letter.
    small : for a line of text.
    look : token name that is shown instead of the class's own.

    Returns
    -------
    HTML.
    """
    of = plan.policy.classes[name]
    look, letter = look or of.style, safe(getattr(of.letter, language), language)
    size, round_ = (20, 13) if small else (58, 34)
    # A plate under the letter keeps it clear of the hatch.
    plate = size * 0.62
    return (
        f'<div class="{"small-chip" if small else "chip"}"><svg viewBox="0 0 {size} {size}" aria-hidden="true">'
        f'<rect width="{size}" height="{size}" fill="var(--zone-{look}-fill)"/>'
        f'<rect width="{size}" height="{size}" fill="url(#k-{look})"/>'
        f'<rect x="{(size - plate) / 2:.1f}" y="{(size - plate) / 2:.1f}" width="{plate:.1f}" height="{plate:.1f}" '
        f'fill="var(--zone-{look}-solid)"/><text x="50%" y="50%" dy=".36em" text-anchor="middle" '
        f'font-size="{round_}" font-weight="700" fill="var(--zone-{look}-on)">{letter}</text></svg></div>'
    )


def swatch(look: str, dashes: str) -> str:
    """Return the sign of a class in a legend.

    Parameters
    ----------
    look : its token name.
    dashes : of its outline.

    Returns
    -------
    HTML.
    """
    return (
        '<svg width="26" height="14" aria-hidden="true">'
        f'<rect x="1" y="1" width="24" height="12" fill="var(--zone-{look}-fill)"/>'
        f'<rect x="1" y="1" width="24" height="12" fill="url(#k-{look})" stroke="var(--zone-{look}-line)" '
        f'stroke-width="1.5" stroke-dasharray="{dashes}"/></svg>'
    )


def bullets(lines: Sequence[str]) -> str:
    """Return lines as a list.

    Parameters
    ----------
    lines : HTML.

    Returns
    -------
    HTML; nothing where there are none.
    """
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def columns(lines: Sequence[str]) -> str:
    """Return lines as a list in two columns, read down the first.

    Parameters
    ----------
    lines : HTML.

    Returns
    -------
    HTML; nothing where there are none.
    """
    if len(lines) < 2:
        return bullets(lines)
    half = -(-len(lines) // 2)
    return f'<div class="two">{bullets(lines[:half])}{bullets(lines[half:])}</div>' if lines else ""


def blank(width: str = "9em") -> str:
    """Return a line to be filled in by hand.

    Parameters
    ----------
    width : of CSS.

    Returns
    -------
    HTML.
    """
    return f'<span class="blank" style="min-width:{width}"></span>'
