"""Draw docs/performance/scaling.png from the measurements beside it: cost of the kernels against every size.

python tests/benchmarks/draw.py docs/performance
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from optclaims import style
from optclaims.pages import performance

COLORS = {"streaming signSGD": "blue", "second moments": "orange", "networks, compiled": "green"}


def scaling(frame):
    """One panel for each size: seconds against it, the fitted power law, its exponent in the legend."""
    axes_names = list(dict.fromkeys(frame["axis"]))
    figure, panels = style.subplots(2, -(-len(axes_names) // 2), width=3.4, height=2.7)
    for panel, axis in zip(panels.flat, axes_names, strict=False):
        for kernel, points in frame[frame["axis"] == axis].groupby("kernel", sort=False):
            x, y = points["value"].to_numpy(float), 1e3 * points["seconds"].to_numpy()
            slope = performance.exponent(points.to_dict("records"))
            color = style.COLORS[COLORS[kernel]]
            panel.plot(x, y, "o", color=color, label=f"{kernel}: exponent {round(slope, 2) + 0.0:.2f}")
            panel.plot(x, np.exp(np.log(y).mean() + slope * (np.log(x) - np.log(x).mean())), **style.THEORY)
        panel.set(xscale="log", yscale="log", xlabel=axis, ylabel="CPU time (ms)")
        values = sorted(frame.loc[frame["axis"] == axis, "value"].unique())
        panel.set_xticks(values, [f"{value:g}" for value in values])
        panel.minorticks_off()
        panel.legend(loc="upper left", fontsize=7.5)
        low, high = panel.get_ylim()
        panel.set_ylim(low / 1.5, 6 * high)  # room for the legend
    for panel in panels.flat[len(axes_names) :]:
        panel.remove()
    return figure


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    style.apply()
    drawn = scaling(pd.read_csv(folder / "scaling.csv"))
    drawn.savefig(folder / "scaling.png", dpi=90, metadata={"Software": None})
