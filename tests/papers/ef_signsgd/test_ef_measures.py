"""Tables of the counterexamples against single runs and exact constructions; the network of the paper."""

import numpy as np
import pandas as pd
import pytest

from optclaims.papers.ef_signsgd import measures, problems, simulation, theory
from optclaims.papers.ef_signsgd.problems import ARMS, Arm
from optclaims.papers.ef_signsgd.simulation import cifar


def streams(name, **keys):
    return np.random.default_rng([len(name), *(round(10 * abs(v)) for v in keys.values() if isinstance(v, float))])


def test_walks_end_where_the_exact_means_say():
    found = measures.walks(streams, 60, [1, 2000])
    sign, sgd = theory.reflected_mean(4, 0.25, 0.01)
    assert found["sign"][:, -1].mean() == pytest.approx(sign, abs=0.02)
    assert found["SGD"][:, -1].mean() == pytest.approx(sgd, abs=0.06)
    assert found["EF, sign"][:, -1].mean() < -0.8 and found["sign, q = 0.55"][:, -1].mean() < -0.9
    assert set(found["sign"][:, 0]) == {-0.01, 0.01} and set(found["SGD"][:, 0].round(9)) == {-0.04, 0.01}


def test_runs_on_the_nonsmooth_pair():
    table = measures.nonsmooth_runs(300)
    assert table.groupby("slip").size().to_dict() == {"": 18, "derivative 0 at 0": 2, "eps = 1.05": 1}
    signs = table[(table.slip == "") & table.method.isin(["sign", "scaled sign"])]
    assert signs.change.max() < 1e-12 and signs.above.min() > -1e-12
    assert table[table.slip != ""].change.min() > 0.1
    for method, delta in (("SGD", 1.0), ("EF, scaled sign", 0.5)):
        forms = problems.nonsmooth_pair(0.9)
        mean = simulation.on_forms(forms, ARMS[method], 0.002, 300, None).mean
        bound = theory.convex_bound(np.sqrt(2), 0.002, 2 * (1 + 0.9**2), delta, 299)
        row = table[(table.method == method) & (table.eps == 0.9)]
        assert row.over_bound.item() == pytest.approx(problems.loss(forms, mean) / bound)
    assert signs.over_bound.isna().sum() == 6


def test_runs_on_the_smooth_pair():
    table = measures.smooth_runs(streams, 3000)
    plain = table[table.slip == ""]
    repaired = plain.method.isin(["SGD", "EF, scaled sign"])
    assert plain[~repaired].above.min() > -1e-9 and plain[repaired & (plain.eps > 0.2)]["last"].max() < 1e-9
    assert plain[~repaired]["last"].min() > 0.07
    assert table[table.slip.isin(["full gradient", "eps = 1.05"])].above.max() < -0.5
    own = streams("pair", eps=0.3, method="SGD")
    run = simulation.on_forms(problems.smooth_pair(0.3), ARMS["SGD"], 0.02, 3000, own)
    row = plain[(plain.method == "SGD") & (plain.eps == 0.3)]
    assert row["last"].item() == problems.loss(problems.smooth_pair(0.3), run.x)
    assert row.above.item() == pytest.approx(run.smallest - 0.72)
    forgets = simulation.on_forms(problems.smooth_pair(0.1), Arm(keep=0.9), 0.02, 3000, streams("decayed"))
    last = measures.mistakes(table, "last", "memory decayed by 0.9")["memory decayed by 0.9"]
    assert last == [problems.loss(problems.smooth_pair(0.1), forgets.x)]


def test_signs_take_falling_steps_and_the_others_constant_ones():
    forms, rng = problems.smooth_pair(0.3), lambda: np.random.default_rng(3)
    for name, own in (("scaled sign", {"lr": 0.05, "decay": True}), ("EF, scaled sign", {"lr": 0.02})):
        expected = simulation.on_forms(forms, ARMS[name], steps=50, rng=rng(), **own).x
        np.testing.assert_array_equal(measures.smooth_run(forms, name, 50, rng()).x, expected)


def test_runs_on_forms_that_share_their_signs():
    table = measures.shared_runs(streams, 4000, 2)
    plain, slipped = table[table.slip == ""], table[table.slip != ""]
    signs = plain.method.isin(["sign", "scaled sign"])
    assert plain[signs].off_line.max() < 1e-10 and plain[signs].over_line.min() > 1 - 1e-9
    assert plain[~signs]["last"].max() < 1e-6 and (slipped.off_line > 0.01).all() and len(slipped) == 2
    assert plain[signs].over_line.min() < 1.5  # they come near the best point of the line


def test_curves_of_the_pairs_start_where_the_runs_do():
    frame = measures.pair_curves(streams, 40)
    found = frame[(frame.method == "SGD") & (frame.t == 1)].set_index("problem")["value"]
    first = simulation.on_forms(problems.nonsmooth_pair(0.3), ARMS["SGD"], 0.002, 1, None).x
    assert found[2] == pytest.approx(problems.loss(problems.nonsmooth_pair(0.3), first))
    assert found[3] < 0.72 and frame.value.min() >= 1e-12


def test_means_are_those_of_the_samples():
    found = measures.means([1.0, 2.0, 6.0], np.arange(4.0))
    assert found["measured"] == [3.0, 1.5]
    assert found["stderr"] == pytest.approx([np.std([1, 2, 6], ddof=1) / 3**0.5, np.std(np.arange(4), ddof=1) / 2])


def test_tables_of_networks():
    rows = [(m, r, e, r + e + (m == "b")) for m in ("SGD, momentum", "b") for r in (0, 1) for e in (0, 10)]
    scores = pd.DataFrame(rows, columns=["method", "run", "epoch", "train_loss"])
    for column in ("train_accuracy", "test_loss", "test_accuracy"):
        scores[column] = scores.train_loss * 2
    curves = measures.learning_curves({8: scores, 32: scores})
    row = curves[(curves.batch == 32) & (curves.method == "b") & (curves.epoch == 10)].iloc[0]
    assert (row.train_loss, row.test_loss) == (11.5, 23) and row.train_loss_std == pytest.approx(0.5**0.5)
    np.testing.assert_array_equal(measures.lead(scores, "b", "test_loss"), [2.0, 2.0])
    seen = pd.DataFrame({"epoch": [0, 0, 0, 1], "g": [3.0, 1.0, 2.0, 5.0], "p": [6.0, 4.0, 9.0, 7.0]})
    bands = measures.density_bands({8: seen}).set_index(["quantity", "epoch"])
    assert bands.loc[("g", 0), ["median", "low"]].tolist() == [2, 1]
    assert bands.loc[("g + e", 0), ["median", "low"]].tolist() == [6, 4] and len(bands) == 4


def test_the_published_network_starts():
    """Two steps of VGG19 on images of CIFAR's size, whose memory and densities are followed."""
    rng = np.random.default_rng(0)
    pixels, labels = rng.random((4, 3, 32, 32), np.float32), np.arange(4)
    data, own = (pixels, labels, pixels, labels), {"epochs": 4, "every": 4, "device": "cpu", "limit": 2}
    frame, phi = cifar.train(data, {"EF, scaled sign": 0.05}, rng.spawn(1), 2, **own)
    assert frame.method.tolist() == ["EF, scaled sign"] and frame.test_loss.notna().all()
    assert phi.t.tolist() == [1, 2] and (phi.p > 1 / 36_864).all() and (phi.p <= 1).all()
