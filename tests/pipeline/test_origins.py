from optclaims.pipeline import origins

OLD = {"python": "3.11.7", "packages": {"numpy": "2.4.6"}, "instructions": {"numpy": "X86_V3"}}


def test_equal_origins_do_not_differ():
    assert origins.changes(OLD, dict(OLD)) == []


def test_each_change_is_named():
    new = {"python": "3.12", "packages": {"numpy": "2.4.6", "torch": "2.13"}, "instructions": {"numpy": "X86_V2"}}
    assert origins.changes(OLD, new) == [
        "python 3.11.7 -> 3.12",
        "numpy's instructions X86_V3 -> X86_V2",
        "torch none -> 2.13",
    ]


def test_an_origin_that_was_not_kept_may_be_any():
    assert origins.changes(None, OLD) == ["not recorded in old"]
    assert origins.changes(None, None) == ["not recorded in old and new"]


def test_what_runs_here_is_recorded(tmp_path):
    found = origins.made_with({"numpy": "X86_V3"})
    assert found["packages"]["numpy"] and found["instructions"] == {"numpy": "X86_V3"}
    assert origins.read(tmp_path) is None
