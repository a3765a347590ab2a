"""How the page looks, on a phone and a desktop, in light and dark."""

STYLE = """\
:root { color-scheme: light dark; --text: #1c2430; --soft: #5a6675; --page: #f5f6f8; --card: #fff; --line: #dfe3e8;
  --bar: #2f6fb5; --two: #c8641e; --track: #e6ebf1; --good: #1d7f4e; --bad: #b3541e; --code: #eef1f5; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --soft: #9aa6b4; --page: #14181d; --card: #1d232a;
  --line: #313a44; --bar: #5b9be0; --two: #e08a4a; --track: #2a323b; --good: #5cc58d; --bad: #e8925a; --code: #262e37; }
  .plot img { filter: invert(.885) hue-rotate(180deg); } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.4rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 70rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; overflow-wrap: anywhere; }
h4 { font-size: .86rem; font-weight: 600; color: var(--soft); margin: .9rem 0 .35rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); } .small { font-size: .86rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1.1rem; }
.summary { margin-top: .9rem; border-left: 5px solid var(--bar); }
.summary > p:first-child { margin-top: 0; } .summary > p:last-child { margin-bottom: 0; }
.lead { font-size: 1.06rem; font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.3rem, 1fr)); gap: .6rem; margin-top: .7rem; }
.figures .card { padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.3rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figures span { font-size: .84rem; line-height: 1.35; display: block; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: .8rem; }
.two > * { min-width: 0; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.command { display: block; background: var(--code); border-radius: 6px; padding: .5rem .8rem; margin-top: .5rem; }
nav { margin-top: .8rem; font-size: .9rem; } nav a { margin-right: .9rem; white-space: nowrap; }
a { color: var(--bar); }
figure { margin: 0; } figcaption { font-size: .86rem; color: var(--soft); margin-top: .4rem; }
.plot { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem; overflow-x: auto; }
.plot img { display: block; max-width: 100%; margin: 0 auto; }
.plot.large img { max-width: none; }
@media (min-width: 60rem) { .plot.large img { max-width: 100%; } }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.4rem, 1fr)); gap: .7rem; }
.tiles.little { grid-template-columns: repeat(auto-fill, minmax(3.1rem, 1fr)); gap: .35rem; }
.tiles img { display: block; width: 100%; border-radius: 5px; background: var(--track); }
.tiles img.grain { image-rendering: pixelated; }
.tiles figcaption { margin-top: .25rem; font-size: .78rem; line-height: 1.3; color: var(--text);
  overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 5; -webkit-box-orient: vertical;
  overflow: hidden; }
.tiles .wrong img { outline: 2px solid var(--bad); }
.said { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; padding: 0; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } tr:last-child td { border-bottom: 0; }
th.name, td.name { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 6.4rem; }
.span { position: relative; display: inline-block; width: 6rem; height: .62rem; border-radius: 3px;
  background: var(--track);  margin-right: .5rem; vertical-align: middle; }
.span i { position: absolute; left: 0; top: 0; height: 100%; border-radius: 3px; background: var(--bar); }
.span u { position: absolute; top: 45%; height: 2px; background: var(--text); opacity: .75; }
.span.two-tone i { background: var(--two); }
@media (max-width: 34rem) { th, td { padding: .32rem .45rem; } .span { width: 2.6rem; margin-right: .3rem; }
  .span.two-tone { display: none; } }
.finding { border-top: 1px solid var(--line); margin-top: .7rem; padding-top: .5rem; }
.finding p { margin: .15rem 0; } .finding.error > p:first-child { color: var(--bad); }
.pairs, .samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
  gap: .3rem 1.4rem; }
.samples { display: block; } .pairs > * { min-width: 0; }
details { margin-top: .5rem; } summary { cursor: pointer; color: var(--bar); }
"""
