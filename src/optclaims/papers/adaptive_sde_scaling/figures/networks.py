"""Figures of the networks: training curves in samples, distances by rule, noise along the trajectory."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.adaptive_sde_scaling.figures.toy import COLOR, PALETTE

__all__ = ["ablation", "cifar", "curves", "noise_ratio", "svag", "transformer"]


def _band(ax, x, part: pd.DataFrame, column: str, color: str, label: str, ls: str = "-") -> None:
    """Mean over seeds with a band of two standard errors."""
    error = 2 * part[f"{column}_stderr"]
    style.band(ax, x, part[column] - error, part[column] + error, color=color)
    ax.plot(x, part[column], color=color, ls=ls, label=label)


def curves(table: pd.DataFrame) -> Figure:
    """Log training loss (top two rows: RMSprop, Adam) and test accuracy against epochs, one column a rule."""
    rules = [rule for rule in table.rule.unique() if rule != "base"]
    optimizers = list(table.optimizer.unique())
    fig, axes = style.subplots(2 * len(optimizers), len(rules), width=2.9, height=2.0, sharex=True, sharey="row")
    for row, optimizer in enumerate(optimizers):
        for column, rule in enumerate(rules):
            rows = table[(table.optimizer == optimizer) & table.rule.isin(["base", rule])]
            for i, (kappa, part) in enumerate(rows.groupby("kappa")):
                look = {"color": ["black", PALETTE[0], PALETTE[1]][i % 3], "label": rf"$\kappa = {kappa}$"}
                _band(axes[2 * row, column], part.epoch, part, "loss", **look)
                _band(axes[2 * row + 1, column], part.epoch, part, "accuracy", **look)
            axes[2 * row, column].set_title(f"{optimizer}, {rule}")
            axes[2 * row + 1, column].set_ylim(0.8, 0.97)
        axes[2 * row, 0].set_ylabel("log training loss")
        axes[2 * row + 1, 0].set_ylabel("test accuracy")
    for ax in axes[-1]:
        ax.set_xlabel("epochs")
    axes[0, 0].legend()
    return fig


def ablation(table: pd.DataFrame) -> Figure:
    """Distance of the training curve from the base batch, a bar for each rule and kappa."""
    kappas = sorted(table.kappa.unique())
    fig, ax = style.subplots()
    rules = list(table.rule.unique())
    for i, kappa in enumerate(kappas):
        part = table[table.kappa == kappa].set_index("rule").loc[rules]
        x = [j + 0.38 * (i - 0.5) for j in range(len(rules))]
        bars = [part.distance - part.low, part.high - part.distance]
        ax.bar(x, part.distance, 0.36, yerr=bars, color=PALETTE[i], capsize=2, label=rf"$\kappa = {kappa}$")
    ax.set_xticks(range(len(rules)), rules)
    ax.set(yscale="log", ylabel="distance $D$ from the base batch")
    ax.legend()
    return fig


def noise_ratio(table: pd.DataFrame) -> Figure:
    """Squared gradient over noise variance at the largest batch along training, for each label noise."""
    fig, ax = style.subplots()
    for i, (noise, part) in enumerate(table.groupby("label_noise")):
        _band(ax, part.epoch, part, "q", PALETTE[i], f"label noise {noise:g}")
    ax.axhline(0.3, **style.THEORY, label="0.3")
    ax.set(yscale="log", xlabel="epochs", ylabel=r"$\|\nabla f\|^2 / (\mathrm{tr}\,\mathrm{Cov}/B)$")
    ax.legend()
    return fig


def svag(table: pd.DataFrame) -> Figure:
    """Log training loss against continuous time for SVAG levels, and for SVAG with a part of it wrong."""
    fig, axes = style.subplots(1, 2, width=4.2, sharey=True)
    for ax, right in zip(axes, (True, False), strict=True):
        names = [name for name in table.series.unique() if name.startswith("level") == right]
        for i, name in enumerate(["level 1"] * (not right) + names):
            part = table[table.series == name]
            color = "black" if name == "level 1" else PALETTE[i - 1]
            _band(ax, part.time, part, "loss", color, name, "-" if right or i == 0 else "--")
        ax.set(xlabel=r"continuous time $k\eta^2$", title="SVAG" if right else "one part wrong, level 2")
        ax.legend()
    axes[0].set_ylabel("log training loss")
    return fig


def transformer(table: pd.DataFrame) -> Figure:
    """Held-out loss against sequences, one panel a kappa."""
    kappas = [kappa for kappa in sorted(table.kappa.unique()) if kappa > 1]
    fig, axes = style.subplots(1, len(kappas), width=4.2, sharey=True, squeeze=False)
    for ax, kappa in zip(axes[0], kappas, strict=True):
        for rule, part in table[table.kappa.isin([1, kappa])].groupby("rule", sort=False):
            label = r"base, $\kappa = 1$" if rule == "base" else rule
            _band(ax, part.sequences, part, "loss", COLOR[rule], label, ":" if rule == "base" else "-")
        ax.set(xlabel="sequences seen", title=rf"$\kappa = {kappa}$")
    axes[0, 0].set_ylabel("log held-out loss")
    axes[0, 0].legend()
    return fig


def cifar(table: pd.DataFrame) -> Figure:
    """Test accuracy against epochs for each batch size, one panel a rule."""
    rules = list(table.rule.unique())
    fig, axes = style.subplots(1, len(rules), width=3.6, sharey=True, squeeze=False)
    for ax, rule in zip(axes[0], rules, strict=True):
        for i, (batch, part) in enumerate(table[table.rule == rule].groupby("batch")):
            ax.plot(part.epoch, part.accuracy, color=PALETTE[i], label=f"$B = {batch}$")
        ax.set(xlabel="epochs", title=rule)
        ax.legend()
    axes[0, 0].set_ylabel("test accuracy")
    return fig
