"""How often reads of each confidence are right, as a picture for the model card."""

from collections.abc import Sequence
from itertools import pairwise

_BINS = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.01)


def reliability(said: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Gather reads by confidence, finer where it is high: that is where decisions fall.

    Args:
        said: confidence and whether the read is right, of each read.

    Returns:
        Mean confidence, share right and count of each bin that holds any.
    """
    rows = []
    for low, high in pairwise(_BINS):
        inside = [(sure, right) for sure, right in said if low <= sure < high]
        if inside:
            count = len(inside)
            rows.append((sum(s for s, _ in inside) / count, sum(r for _, r in inside) / count, count))
    return rows


def reliability_plot(rows: Sequence[tuple[float, float, int]], of: str) -> str:
    """Draw such rows as SVG; a dot's area grows with its number of reads.

    Args:
        rows: mean confidence, share right, count.
        of: whose reads these are, for the title.
    """
    most = max(n for _, _, n in rows)
    dots = "\n".join(
        f'<circle cx="{40 + 300 * sure:.1f}" cy="{320 - 300 * right:.1f}" r="{3 + 9 * (n / most) ** 0.5:.1f}">'
        f"<title>{n} reads: said {sure:.2f}, right {right:.2f}</title></circle>"
        for sure, right, n in rows
    )
    ticks = "\n".join(
        f'<text x="{40 + 300 * v:.0f}" y="338" text-anchor="middle">{v:g}</text>'
        f'<text x="32" y="{324 - 300 * v:.0f}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 372" font-family="sans-serif" font-size="11">
<title>Reliability of {of}</title>
<rect width="360" height="372" fill="#fff"/>
<rect x="40" y="20" width="300" height="300" fill="none" stroke="#888"/>
<line x1="40" y1="320" x2="340" y2="20" stroke="#bbb" stroke-dasharray="4 3"/>
<g fill="#1f4e8c" fill-opacity="0.75">
{dots}
</g>
<g fill="#333">
{ticks}
<text x="190" y="360" text-anchor="middle">confidence shown</text>
<text x="12" y="170" transform="rotate(-90 12 170)" text-anchor="middle">share right</text>
</g>
</svg>
"""
