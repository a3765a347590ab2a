"""One page with all of it: the advice, the picture and every layer; it loads nothing from anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from .advice import Advice
from .layers import LayerError
from .suggestions import Suggestion
from .wording import percent

_STYLE = """\
:root { color-scheme: light dark; --text: #1c2430; --soft: #5a6675; --page: #f5f6f8; --card: #fff; --line: #dfe3e8;
  --bar: #2f6fb5; --track: #e6ebf1; --good: #1d7f4e; --bad: #b3541e; --code: #eef1f5; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --soft: #9aa6b4; --page: #14181d; --card: #1d232a;
  --line: #313a44; --bar: #5b9be0; --track: #2a323b; --good: #5cc58d; --bad: #e8925a; --code: #262e37; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .7rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.3rem; }
.summary { margin-top: 1.2rem; border-left: 5px solid var(--good); }
.summary.matters { border-left-color: var(--bad); }
.summary p { max-width: 62rem; }
.verdict { font-weight: 650; color: var(--good); }
.matters .verdict { color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .8rem; margin-top: .8rem; }
.figures b { display: block; font-size: 1.45rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.command { display: block; background: var(--code); border-radius: 6px; padding: .5rem .8rem; margin-top: .4rem; }
ol { padding-left: 1.3rem; margin: 0; } li + li { margin-top: 1rem; }
figure { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: .8rem; }
img { display: block; max-width: 100%; margin: 0 auto; }
.wide { overflow-x: auto; padding: 0; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .34rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
td:nth-child(2) { color: var(--soft); }
.bar { display: inline-block; width: 4.5rem; height: .6rem; margin-right: .5rem; border-radius: 3px;
  background: var(--track); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--bar); }
.bar.loss i { background: var(--bad); }
"""

_FULL_DB = 60.0
"""As in the picture: eight bits seldom reach more."""

_MEANINGS = (
    ("share", "of what rounding activations costs at the outputs; each layer was measured alone"),
    ("SQNR", "signal to quantization noise of the layer's output, in dB: 6 dB more is half the error"),
    ("lost here", "how much lower that is than at the layer's inputs"),
    ("weights, activations", "the same ratio if only the one or the other were rounded"),
    ("RMSE / scale", "the error in quantization steps; 0.29 is rounding alone"),
    ("range used", "share of the 255 steps that occur"),
    ("saturated", "share of values beyond what the tensor can hold"),
)


def page_html(advice: Advice, rows: Sequence[LayerError], picture: bytes, *, title: str, notes: Iterable[str]) -> str:
    """The page as HTML; whatever comes from a model, a path or the user is escaped.

    Args:
        advice: what to say first.
        rows: every layer, in the order of the network.
        picture: a PNG.
        title: of the page.
        notes: what the user should know besides, one sentence each.
    """
    data = base64.b64encode(picture).decode("ascii")
    said = "".join(f'<p class="soft">Note: {escape(note)}</p>' for note in notes)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{_summary(advice)}
{said}
{_suggestions(advice)}
<h2>Layer by layer</h2>
<figure><img alt="Bars of the error of each layer; the table below has the same figures"
 src="data:image/png;base64,{data}"></figure>
<h2>All {len(rows)} layers, in the order of the network</h2>
{_table(advice, rows)}
<h2>What the columns mean</h2>
<div class="card">{"".join(f"<p><b>{name}</b>: {escape(meaning)}.</p>" for name, meaning in _MEANINGS)}</div>
</main>
</body>
</html>
"""


def _summary(advice: Advice) -> str:
    matters = advice.labels.matters
    small = "Small, and could be smaller" if advice.suggestions else "Nothing to do"
    verdict = "Worth mending" if matters else small
    return f"""<section class="card summary{" matters" if matters else ""}">
<p class="verdict">{verdict}</p>
<p>{escape(advice.summary)}</p>
</section>
{_figures(advice)}"""


def _figures(advice: Advice) -> str:
    labels, fidelity = advice.labels, advice.labels.fidelity
    kept = f"{fidelity.images - labels.changed} of {fidelity.images}"
    weights = advice.shares.weights
    figures = [
        (kept, "held-out images keep their label" if labels.held_out else "calibration images keep their label"),
        (percent(fidelity.expected), "agreement to be expected"),
        (f"{fidelity.distance:.4f}", "mean difference of the probabilities"),
    ]
    if weights is not None:
        figures.append((f"{1 - weights:.0%}", "of the error from activations, the rest from weights"))
    cards = (f'<div class="card"><b>{figure}</b><span class="soft">{what}</span></div>' for figure, what in figures)
    return f'<div class="figures">{"".join(cards)}</div>'


def _suggestions(advice: Advice) -> str:
    if not advice.suggestions:
        return f'<h2>Next</h2>\n<div class="card"><code>{escape(advice.next_command)}</code></div>'
    items = "".join(map(_suggestion, advice.suggestions))
    return f'<h2>What to try, in this order</h2>\n<div class="card"><ol>{items}</ol></div>'


def _suggestion(suggestion: Suggestion) -> str:
    advice = suggestion.advice[0].upper() + suggestion.advice[1:]
    command = f'<code class="command">{escape(suggestion.command)}</code>' if suggestion.command else ""
    return (
        f"<li><b>{escape(advice)}</b><p>Expected gain: {escape(suggestion.expected_gain)}.</p>"
        f'<p class="soft">Cost: {escape(suggestion.cost)}.</p>{command}</li>'
    )


def _table(advice: Advice, rows: Sequence[LayerError]) -> str:
    shares = advice.shares.by_layer
    apart = any(row.weights_db is not None for row in rows)
    headings = ["layer", "operator", *(["share"] if shares else []), "SQNR, dB", "lost here, dB"]
    headings += [*(["weights, dB", "activations, dB"] if apart else []), "RMSE / scale", "range used", "saturated"]
    most = max(shares.values(), default=1.0)
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join(f"<tr>{_cells(row, shares.get(row.layer), most, bool(shares))}</tr>\n" for row in rows)
    return f'<div class="card wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def _cells(row: LayerError, share: float | None, most: float, has_shares: bool) -> str:
    measured = "" if share is None else f"{_bar(share / most, 'loss')}{share:.1%}"
    apart = [f"{part:.1f}" for part in (row.weights_db, row.activations_db) if part is not None]
    cells = [
        f"<code>{escape(row.layer)}</code>",
        escape(row.operator),
        *([measured] if has_shares else []),
        f"{_bar(row.sqnr_db / _FULL_DB, '')}{row.sqnr_db:.1f}",
        f"{row.lost_db:.1f}",
        *apart,
        f"{row.rmse_over_scale:.2f}",
        f"{row.range_utilisation:.0%}",
        f"{row.saturation:.2%}",
    ]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _bar(filled: float, kind: str) -> str:
    width = 100 * min(max(filled, 0.0), 1.0)
    return f'<span class="bar {kind}"><i style="width:{width:.0f}%"></i></span>'
