import numpy as np
import pytest

from optclaims.papers.aida import measures


@pytest.mark.parametrize("part", [0.2, 0.6])
def test_the_late_rate_of_a_run_that_ended_is_that_before_its_end(part):
    x = np.concatenate([0.9 ** np.arange(50), 0.8 ** np.arange(100) * 0.9**50, np.zeros(30)])
    alone = np.concatenate([0.7 ** np.arange(180)])
    found = measures.late_rate(np.stack([x, -alone]), part)
    assert found == pytest.approx([0.8, 0.7])


def test_too_short_a_run_is_refused():
    with pytest.raises(ValueError, match="at least 20 steps"):
        measures.late_rate([[1.0, 0.5, *[0.0] * 40]], 0.5)


def test_away_is_the_larger_distance_of_the_last_two():
    assert measures.away([[7.0, 2.0, -2.2], [7.0, -2.2, 2.0]], [2.0, 2.0]) == pytest.approx([0.1, 0.1])
