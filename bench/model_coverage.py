"""Coverage of intervals on simulated worlds: `python bench/model_coverage.py [worlds]`, 300 if not given."""

from __future__ import annotations

import sys
import time

from tiltmeter.model.coverage import coverage


def main(worlds: int) -> None:
    """Prints the share of truths inside the named intervals, the ranks, and how reliable peaks are."""
    begin = time.perf_counter()
    found = coverage(worlds)
    seconds = (time.perf_counter() - begin) / worlds
    lines = [f"{worlds} worlds of 200 weeks, {seconds:.2f} s each"]
    for title, part in (("tilt", found.tilt), ("change", found.change)):
        lines.append(title + "   " + "  ".join(f"{name:.0%}: {share:.1%}" for name, share in part.items()))
    lines.append("gauges, 90%   " + "  ".join(f"{kind}: {share:.1%}" for kind, share in found.gauges.items()))
    lines.append("ranks " + " ".join(f"{count:.0f}" for count in found.ranks))
    lines.append("peak in window: stated, happened, cases, stated without data")
    for row, blind in zip(found.peaks, found.prior, strict=True):
        lines.append(f"  {row[0]:.2f}  {row[1]:.2f}  {row[2]:5.0f}  {blind:.2f}")
    lines.append(f"largest gap {found.worst_peak():.3f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
