import numpy as np
import pandas as pd
import pytest

from optclaims.science import divergence, tuning

RATES = np.geomspace(0.01, 1.0, 5)


def frame(best=(2, 1), runs=4, rates=RATES, noise=0.05):
    """Two methods whose log loss is a parabola in log lr about the grid's place `best`, at steps 0 and 10."""
    rng, rows = np.random.default_rng(0), []
    for method, place in zip(("SGD", "Adam"), best, strict=True):
        for i, lr in enumerate(rates):
            for run in range(runs):
                loss = np.exp((i - place) ** 2 + noise * rng.standard_normal() + 0.3 * (method == "SGD"))
                rows += [
                    {"method": method, "lr": lr, "run": run, "step": step, "loss": loss * scale}
                    for step, scale in ((0, 9), (10, 1))
                ]
    return pd.DataFrame(rows)


def test_the_minimum_inside_the_grid_is_chosen():
    chosen = tuning.choose(frame(), "loss", "lr", baselines=["SGD"]).set_index("method")["lr"]
    assert chosen["SGD"] == RATES[2]
    assert chosen["Adam"] == RATES[1]


def test_the_choice_is_by_the_geometric_mean():
    table = pd.DataFrame({"method": "A", "lr": [1.0, 1, 2, 2], "run": [0, 1, 0, 1], "loss": [1e-4, 10, 1.0, 1.0]})
    assert tuning.choose(table, "loss", "lr")["lr"].item() == 1.0


@pytest.mark.parametrize("place", [0, 4])
def test_an_optimum_at_the_edge_is_refused(place):
    with pytest.raises(ValueError, match=r"the best lr .* of Adam lies at the edge"):
        tuning.choose(frame(best=(2, place)), "loss", "lr")
    assert len(tuning.choose(frame(best=(2, place)), "loss", "lr", edge="allow")) == 2


def test_two_values_are_a_choice_and_no_grid():
    both = pd.concat([frame().assign(beta2=b, loss=lambda f, b=b: f["loss"] * b) for b in (0.9, 0.99)])
    chosen = tuning.choose(both, "loss", ["lr", "beta2"])
    assert (chosen["beta2"] == 0.9).all()


def test_grids_of_unequal_density_are_refused():
    table = frame()
    sparse = table[(table["method"] == "SGD") | table["lr"].isin(RATES[::2])]
    with pytest.raises(ValueError, match="equally dense"):
        tuning.choose(sparse, "loss", "lr")


def test_a_missing_baseline_is_refused():
    with pytest.raises(ValueError, match="heavy ball"):
        tuning.choose(frame(), "loss", "lr", baselines=["SGD", "heavy ball"])


def test_diverged_runs_count_as_the_cap_and_a_method_that_only_diverges_is_refused():
    table = frame(noise=0.0)
    worst = (table["method"] == "Adam") & (table["run"] == 0) & (table["lr"] == RATES[1])
    table.loc[worst, "loss"] = np.nan
    chosen = tuning.choose(table, "loss", "lr", edge="allow").set_index("method")["lr"]
    assert chosen["Adam"] != RATES[1]
    table.loc[table["method"] == "Adam", "loss"] = divergence.CAP
    with pytest.raises(ValueError, match="every configuration of Adam diverges"):
        tuning.choose(table, "loss", "lr")


def test_runs_that_choose_are_not_judged():
    tune, judge = tuning.halves(frame(), 1)
    assert set(tune["run"]) == {0}
    assert set(judge["run"]) == {1, 2, 3}
    chosen = tuning.choose(tune, "loss", "lr")
    lead = tuning.log_ratio(tuning.at(judge, chosen, "lr"), "loss", "Adam", "SGD")
    assert lead.shape == (3,)
    assert np.abs(lead + 0.3).max() < 0.3
    np.testing.assert_allclose(tuning.log_ratio(tuning.at(judge, chosen, "lr"), "loss", "SGD", "Adam"), -lead)


def test_unpaired_runs_are_refused():
    table = tuning.final(frame(rates=RATES[:1]))
    with pytest.raises(ValueError, match="same runs"):
        tuning.log_ratio(table[(table["method"] == "SGD") | (table["run"] > 0)], "loss", "SGD", "Adam")
    with pytest.raises(ValueError, match="method"):
        tuning.log_ratio(table, "loss", "Lion", "Adam")


def test_regret_is_the_mean_height_above_the_best():
    table = frame(noise=0.0)
    np.testing.assert_allclose(tuning.regret(table, "loss", "lr", "SGD"), np.mean([4, 1, 0, 1, 4]))


def test_tables_of_landscape_and_curves():
    table = frame()
    land = tuning.landscape(table, "loss", "lr")
    one = land[(land["method"] == "SGD") & (land["lr"] == RATES[3])]
    losses = table.query("method == 'SGD' and step == 10")
    losses = losses[losses["lr"] == RATES[3]]["loss"]
    assert one["mean"].item() == pytest.approx(losses.mean())
    assert one["stderr"].item() == pytest.approx(losses.std() / 2)
    chosen = tuning.choose(table, "loss", "lr")
    lines = tuning.curves(tuning.at(table, chosen, "lr"), "loss", "lr")
    assert lines["step"].tolist() == [0, 10, 0, 10]
    np.testing.assert_allclose(lines["mean"].iloc[::2], 9 * lines["mean"].iloc[1::2])


def test_losses_that_have_no_logarithm_are_refused():
    with pytest.raises(ValueError, match="positive"):
        tuning.choose(frame().assign(loss=0.0), "loss", "lr")
    with pytest.raises(ValueError, match="chosen"):
        tuning.at(frame(), pd.DataFrame({"method": ["SGD"], "lr": [7.0]}), "lr")


def test_arrays_become_frames_with_an_axis_a_hyperparameter():
    losses = np.arange(1.0, 13.0).reshape(3, 2, 2)
    table = tuning.long(losses, "SGD", lr=[0.1, 1.0, 10.0], damping=[0.0, 1.0]).set_index(["lr", "damping", "run"])
    assert table.loc[(1.0, 1.0, 0), "loss"] == losses[1, 1, 0]
    with pytest.raises(ValueError, match="losses must have shape"):
        tuning.long(losses, "SGD", lr=[0.1, 1.0], damping=[0.0, 1.0])


def test_natural_ends_of_one_column_leave_the_others_guarded():
    losses = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, 0.5], [3.0, 2.0, 1.0]])[..., None]  # lr inside, damping at its end
    table = tuning.long(losses, "GN", lr=[0.1, 1.0, 10.0], damping=[0.1, 1.0, 10.0])
    with pytest.raises(ValueError, match="the best damping 10 of GN"):
        tuning.choose(table, "loss", ["lr", "damping"])
    assert tuning.choose(table, "loss", ["lr", "damping"], ends="damping")["lr"].item() == 1.0
    with pytest.raises(ValueError, match="the best lr 10 of GN"):
        swapped = tuning.long(losses, "GN", lr=[1.0, 10.0, 5.0], damping=[0.1, 1.0, 10.0])
        tuning.choose(swapped, "loss", ["lr", "damping"], ends="damping")


def test_runs_may_be_tuned_each_for_itself():
    losses = np.array([[3.0, 1.5], [1.0, 1.0], [2.0, 0.5], [3.0, 2.0]])
    chosen = tuning.choose(tuning.long(losses, lr=[1.0, 2.0, 4.0, 8.0]), "loss", "lr", per="run")
    assert chosen["lr"].tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="of run 1 lies at the edge"):
        tuning.choose(tuning.long(losses[:3], lr=[1.0, 2.0, 4.0]), "loss", "lr", per="run")
