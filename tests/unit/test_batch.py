"""Files whole or not at all, and the out folder over several runs."""

import errno
import json
import os

import pytest

from hzcert.batch import MANIFEST, MANIFEST_KEYS, Outputs, inventory, take_in, whole_file
from hzcert.errors import InputError, OutputError


def write(outputs, **files):
    outputs.open()
    for name, text in files.items():
        with outputs.file(f"{name}.txt") as path:
            path.write_text(text)
    outputs.close(manifest)


def manifest(written):
    listed = [{"path": each.shown, "sha256": each.sha256} for each in written]
    return json.dumps(dict.fromkeys(MANIFEST_KEYS) | {"outputs": listed})


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_is_whole_private_or_not_there(tmp_path):
    target = tmp_path / "deep" / "file.txt"
    with whole_file(target) as path:
        path.write_text("whole")
    assert target.read_text() == "whole"
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ZeroDivisionError), whole_file(target) as path:
        path.write_text("half")
        1 / 0  # noqa: B018
    assert target.read_text() == "whole"
    assert names(tmp_path) == ["deep/file.txt"]


def test_a_file_below_a_file_is_an_output_error(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError), whole_file(tmp_path / "out" / "x.txt") as path:
        path.write_text("never")


def test_what_an_earlier_run_wrote_and_this_one_did_not_is_gone(tmp_path):
    write(Outputs(tmp_path), a="1", b="2")
    write(Outputs(tmp_path), a="1")
    assert names(tmp_path) == ["a.txt", MANIFEST]


def test_files_that_are_not_ours_are_left(tmp_path):
    (tmp_path / "mine.txt").write_text("a clerk's note")
    write(Outputs(tmp_path), a="1")
    write(Outputs(tmp_path), b="1")
    assert names(tmp_path) == ["b.txt", MANIFEST, "mine.txt"]


def test_a_killed_run_leaves_nothing_that_the_next_does_not_know(tmp_path):
    killed = Outputs(tmp_path)
    killed.open()
    with killed.file("left.txt") as path:
        path.write_text("left")
    (tmp_path / ".hzcert-half.txt").write_text("half-writt")
    assert not (tmp_path / MANIFEST).exists()
    write(Outputs(tmp_path), a="1")
    assert names(tmp_path) == ["a.txt", MANIFEST]


def test_a_manifest_that_names_files_elsewhere_removes_nothing(tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    digest = take_in(victim, tmp_path).sha256
    listed = [{"path": "../victim.txt", "sha256": digest}, {"path": str(victim), "sha256": digest}]
    (out / MANIFEST).write_text(json.dumps(dict.fromkeys(MANIFEST_KEYS) | {"outputs": listed}))
    write(Outputs(out), a="1")
    assert victim.read_text() == "precious"


def test_somebody_elses_folder_is_left_as_it_is(tmp_path):
    (tmp_path / "precious.txt").write_text("precious")
    (tmp_path / MANIFEST).write_text(json.dumps({"outputs": [{"path": "precious.txt"}]}))
    with pytest.raises(OutputError, match="不是 hzcert 写的"):
        write(Outputs(tmp_path), a="1")
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(OutputError, match="不是 hzcert 写的"):
        write(Outputs(tmp_path), precious="ours")
    assert (tmp_path / "precious.txt").read_text() == "precious"


def test_what_a_clerk_has_changed_is_written_anew_but_never_removed(tmp_path):
    write(Outputs(tmp_path), a="1", b="2")
    (tmp_path / "a.txt").write_text("changed")
    (tmp_path / "b.txt").write_text("changed")
    write(Outputs(tmp_path), a="1")
    assert (tmp_path / "a.txt").read_text() == "1"
    assert (tmp_path / "b.txt").read_text() == "changed"


def test_names_in_gbk_and_files_elsewhere_can_be_shown(tmp_path):
    import os

    (tmp_path / "holders").mkdir()
    (tmp_path / "holders" / os.fsdecode("名单.csv".encode("gbk"))).write_text("x")
    (each,) = inventory(tmp_path / "holders", tmp_path)
    assert each.shown == "holders/名单.csv"
    (elsewhere,) = inventory(tmp_path / "holders", tmp_path / "batch")
    assert elsewhere.shown == "../holders/名单.csv"


def test_a_link_to_itself_is_no_file_and_what_can_not_be_read_is_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    assert [each.shown for each in inventory(tmp_path, tmp_path)] == ["a.jpg"]
    (tmp_path / "b.jpg").symlink_to("/proc/self/mem")  # a file whose first byte can't be read
    with pytest.raises(InputError, match=r"b\.jpg"):
        inventory(tmp_path, tmp_path)
    readable, other = inventory(tmp_path, tmp_path, faults=True)
    assert (readable.fault, other.shown) == ("", "b.jpg")
    assert "打不开" in other.fault


def test_a_link_that_leads_out_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "photos").symlink_to(tmp_path / "elsewhere")
    outputs = Outputs(tmp_path / "out")
    outputs.open()
    with pytest.raises(OutputError, match="链接"), outputs.file("photos/a.jpg"):
        pass


def test_a_dry_run_writes_nothing(tmp_path):
    write(Outputs(tmp_path / "out", dry_run=True), a="1")
    assert not (tmp_path / "out").exists()


def test_a_folder_below_that_cannot_be_read_is_told_and_not_passed_over(tmp_path, monkeypatch):
    (tmp_path / "batch" / "closed").mkdir(parents=True)
    real = os.scandir

    def barred(path):  # as for a clerk who may not open it; the tests may run as one who may
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", barred)
    with pytest.raises(InputError, match="batch/closed：Permission denied"):
        inventory(tmp_path / "batch", tmp_path)


def test_inventory_leaves_out_hidden_and_lock_files(tmp_path):
    for name in ("b.xlsx", "~$b.xlsx", ".hidden", "sub/a.csv", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [each.shown for each in inventory(tmp_path, tmp_path)] == ["b.xlsx", "sub/a.csv"]
    with pytest.raises(InputError):
        inventory(tmp_path / "nowhere", tmp_path)
    with pytest.raises(InputError):
        take_in(tmp_path / "nowhere", tmp_path)
