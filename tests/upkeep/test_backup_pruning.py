"""Which backups stay, and that the day's is made once, beside the worker's loop."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from incentives import config
from incentives.clock import now, village_day
from incentives.installation import get_installation
from incentives.upkeep.backup import daily
from incentives.upkeep.backup.daily import DailyBackup, make_daily_backup
from incentives.upkeep.backup.names import CHECKED, Kept, backups_in, name_of, short
from incentives.upkeep.backup.pruning import Keep, prune_backups, read_keep, to_keep
from incentives.upkeep.backup.workroom import BackupRefused
from tests.upkeep.places import Place, refused

ONE, OTHER = "0" * 31 + "1", "0" * 31 + "2"
FIRST = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def put(folder, installation, made_at, *, encrypted=False, checked=False):
    """A backup's file, as far as pruning looks at it."""
    path = folder / name_of(installation, made_at, encrypted=encrypted)
    path.write_bytes(b"x")
    if checked:
        path.with_name(path.name + CHECKED).write_text("y")
    return path


def test_days_weeks_and_months_keep_their_newest(tmp_path):
    made = [
        put(tmp_path, ONE, FIRST + timedelta(days=day, hours=h))
        for day in range(365)
        for h in (0, 5)
    ]
    strangers = [tmp_path / "jishan-notes.txt", tmp_path / f"{made[0].name}.copy"]
    for each in strangers:
        each.write_bytes(b"z")
    would = prune_backups(tmp_path, Keep(), dry_run=True)
    assert len(list(backups_in(tmp_path))) == 730
    assert prune_backups(tmp_path, Keep()) == would
    left = [each.made_at for each in backups_in(tmp_path)]
    last = FIRST + timedelta(days=364, hours=5)
    days = [last - timedelta(days=back) for back in range(7)]
    sundays = [datetime(2026, 12, day, 7, tzinfo=UTC) for day in (20, 27, 13)]
    months = [
        datetime(2026, month + 1, 1, 7, tzinfo=UTC) - timedelta(days=1) for month in range(1, 12)
    ]
    assert set(left) == {*days, *sundays, *months}
    assert all(each.exists() for each in strangers)
    assert prune_backups(tmp_path, Keep()) == []


def test_the_newest_and_the_newest_checked_stay_whatever_is_asked(tmp_path):
    checked = put(tmp_path, ONE, FIRST, checked=True)
    put(tmp_path, ONE, FIRST - timedelta(days=1), checked=True)
    put(tmp_path, ONE, FIRST + timedelta(days=1))
    newest = put(tmp_path, ONE, FIRST + timedelta(days=2), encrypted=True)
    removed = prune_backups(tmp_path, Keep(0, 0, 0))
    assert len(removed) == 2
    assert {each.name for each in tmp_path.iterdir()} == {
        checked.name,
        checked.name + CHECKED,
        newest.name,
    }


def test_installations_that_share_a_folder_are_counted_by_themselves(tmp_path):
    quiet = put(tmp_path, OTHER, FIRST)
    for day in range(1, 20):
        put(tmp_path, ONE, FIRST + timedelta(days=day))
    prune_backups(tmp_path, Keep(2, 0, 0))
    assert quiet.exists()
    assert len(list(backups_in(tmp_path))) == 3


def test_no_choice_loses_the_newest_or_keeps_more_than_asked(tmp_path):
    chosen = Random(513336)
    for _round in range(200):
        hours = chosen.sample(range(3_000), chosen.randint(1, 40))
        backups = [Kept(tmp_path / str(each), "1", FIRST + timedelta(hours=each)) for each in hours]
        days, weeks, months = (chosen.randrange(9) for _ in range(3))
        kept = to_keep(backups, Keep(days, weeks, months))
        assert tmp_path / str(max(hours)) in kept
        assert len(kept) <= days + weeks + months + 1
        assert kept <= to_keep(backups, Keep(days + 1, weeks + 1, months + 1))
        again = [each for each in backups if each.path in kept]
        assert to_keep(again, Keep(days, weeks, months)) == kept, "pruned twice"


def test_prune_by_command(home: Place):
    home.backups.mkdir()
    for day in range(3):
        put(home.backups, ONE, FIRST + timedelta(days=day))
    options = ("--to", home.backups, "--daily", 1, "--weekly", 0, "--monthly", 0)
    answer = home.run("backup", "prune", *options, "--dry-run")
    assert (answer.exit_code, len(answer.stdout.split())) == (0, 2)
    assert len(list(backups_in(home.backups))) == 3
    assert home.run("backup", "prune", *options).stdout == answer.stdout
    assert len(list(backups_in(home.backups))) == 1
    refused(home.run("backup", "prune"), "say where to")


@pytest.mark.parametrize("text", ["", "7", "7,4", "7,4,x", "7,4,-1", "1,2,3,4"])
def test_what_is_no_number_to_keep(text):
    with pytest.raises(BackupRefused, match="JISHAN_BACKUP_KEEP"):
        read_keep(text)


def test_settings_of_the_environment(monkeypatch, tmp_path):
    assert config.from_environment()["JISHAN_BACKUPS"] is None
    monkeypatch.setenv("JISHAN_BACKUPS", str(tmp_path))
    monkeypatch.setenv("JISHAN_BACKUP_RECIPIENTS", "age1a age1b")
    found = config.from_environment()
    assert found["JISHAN_BACKUPS"] == tmp_path
    assert found["JISHAN_BACKUP_RECIPIENTS"] == ["age1a", "age1b"]
    assert read_keep(found["JISHAN_BACKUP_KEEP"]) == Keep(7, 4, 12)


def test_the_day_has_one_backup(home: Place, clock, tmp_path):
    assert home.ask(lambda: make_daily_backup(now=now())) == 0
    recipient = home.run("backup", "identity", tmp_path / "identity").stdout.strip()
    home.app.config["JISHAN_BACKUPS"] = home.backups
    home.app.config["JISHAN_BACKUP_RECIPIENTS"] = [recipient]
    home.app.config["JISHAN_BACKUP_KEEP"] = "2,0,0"
    home.backups.mkdir()
    others = put(home.backups, OTHER, clock.now)
    for day in range(3):
        assert home.ask(lambda: make_daily_backup(now=now())) == 1
        clock.forward(hours=3)
        assert home.ask(lambda: make_daily_backup(now=now())) == 0, "a second one of the day"
        clock.forward(hours=21)
        own = [each for each in backups_in(home.backups) if each.path != others]
        assert len(own) == min(day + 1, 2)
    assert {each.installation for each in own} == {
        home.ask(lambda: short(get_installation().id.hex))
    }
    assert all(each.path.name.endswith(".age") for each in own)
    assert village_day(own[-1].made_at) < village_day(clock.now)


def test_the_worker_begins_it_beside_its_loop_and_waits_after_a_failure(
    home: Place, clock, monkeypatch
):
    backup = DailyBackup()
    begin = lambda: backup.begin_if_due(home.app, now=clock.now)  # noqa: E731
    assert not begin(), "without JISHAN_BACKUPS"
    home.app.config["JISHAN_BACKUPS"] = home.data  # where no backup may be
    reported = []
    monkeypatch.setattr(daily.log, "exception", lambda *_text, **fields: reported.append(fields))
    assert begin()
    backup.thread.join()
    assert reported == [{"job": "backup"}]
    clock.forward(minutes=59)
    assert not begin(), "so soon after a failure"
    home.app.config["JISHAN_BACKUPS"] = home.backups
    clock.forward(minutes=1)
    assert begin()
    backup.thread.join()
    assert len(list(backups_in(home.backups))) == 1
    clock.forward(hours=1)
    assert begin()
    backup.thread.join()
    assert len(list(backups_in(home.backups))) == 1
    assert reported == [{"job": "backup"}]
