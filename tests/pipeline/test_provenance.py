import subprocess

from optclaims.pipeline import provenance


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.commit(tmp_path) is None


def test_a_folder_that_git_does_not_know_has_no_commit(tmp_path):
    assert provenance.commit(tmp_path) is None


def test_the_commit_and_whether_something_was_edited_since(tmp_path):
    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-m", "first")
    assert provenance.commit(tmp_path) == git("rev-parse", "--short", "HEAD")
    (tmp_path / "file").write_text("2")
    assert provenance.commit(tmp_path).endswith("-dirty")
