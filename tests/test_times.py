"""Times as officers write them."""

from datetime import date

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from zoning.errors import InputError
from zoning.times import format_local, iso_local, local_date, parse_times

SZ = "Asia/Shanghai"
NOW = pd.Timestamp("2022-03-10T03:00", tz="UTC")


def read(text, **options):
    parsed = parse_times(pd.Series([text], dtype="str"), options.pop("zone", SZ), now=NOW, **options)
    assert parsed.failed.iloc[0] == (parsed.times.isna().iloc[0])
    return "" if parsed.failed.iloc[0] else iso_local(parsed.times.iloc[0], SZ)[:19]


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2022-03-06T08:05", "2022-03-06T08:05:00"),
        ("2022-03-06 08:05:30", "2022-03-06T08:05:30"),
        ("2022-03-06T00:05:00Z", "2022-03-06T08:05:00"),
        ("2022-03-06T00:05:00.250+00:00", "2022-03-06T08:05:00"),
        ("2022-03-05T19:05:00-0500", "2022-03-06T08:05:00"),
        ("2022/3/6 8:05", "2022-03-06T08:05:00"),
        ("２０２２／３／６　８：０５", "2022-03-06T08:05:00"),
        ("2022.3.6 8:05", "2022-03-06T08:05:00"),
        ("2022年3月6日 8时05分", "2022-03-06T08:05:00"),
        ("2022年3月6日8时5分7秒", "2022-03-06T08:05:07"),
        ("3月6日24时", "2022-03-07T00:00:00"),
        ("3月6日 8点", "2022-03-06T08:00:00"),
        ("3月6日8:05", "2022-03-06T08:05:00"),
        ("12月31日24时", "2022-01-01T00:00:00"),
        ("2021年12月31日24时", "2022-01-01T00:00:00"),
        ("2022-02-28 24:00", "2022-03-01T00:00:00"),
        ("2020-02-29", "2020-02-29T00:00:00"),
        ("20220306", "2022-03-06T00:00:00"),
        ("44626", "2022-03-06T00:00:00"),
        ("44626.3368055556", "2022-03-06T08:05:00"),
        ("1861-11-21", "1861-11-21T00:00:00"),
    ],
)
def test_forms(text, local):
    assert read(text) == local


def test_a_bare_date_is_the_start_or_the_end_of_its_day():
    for text in ("2022-03-06", "2022年3月6日", "3月6日", "44626", "20220306"):
        assert read(text, date_only="start") == "2022-03-06T00:00:00"
        assert read(text, date_only="end") == "2022-03-07T00:00:00"
    assert read("2022-12-31", date_only="end") == "2023-01-01T00:00:00"
    assert read("2022-03-06 00:00", date_only="end") == "2022-03-06T00:00:00"


def test_a_date_without_a_year_is_the_latest_that_is_not_after_today():
    assert read("3月10日24时") == "2022-03-11T00:00:00"
    assert read("3月11日8时") == "2021-03-11T08:00:00"
    assert read("2月29日") == "2020-02-29T00:00:00"
    assert read("3月11日8时", year=2020) == "2020-03-11T08:00:00"
    assert read("12月31日24时", year=2020) == "2021-01-01T00:00:00"
    assert read("2月29日", year=2021) == ""


def test_plain_numbers_count_days_from_the_origin():
    assert read("16566", origin="1970-01-01") == "2015-05-11T00:00:00"
    assert read("28.5", origin="2001-02-01") == "2001-03-01T12:00:00"
    assert read("-39487", origin="1970-01-01") == "1861-11-21T00:00:00"
    assert read("20220306", origin="1970-01-01") == "2022-03-06T00:00:00"
    with pytest.raises(InputError, match="origin 'yesterday' is not a date"):
        read("1", origin="yesterday")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2022-02-30", "no such day"),
        ("2022-13-01", "no such day"),
        ("0202-03-06", "no such day"),
        ("2022-03-06 25:00", "no such time of day"),
        ("2022-03-06 24:01", "no such time of day"),
        ("2022-03-06 08:60", "no such time of day"),
        ("2022-03-06T08:05+19:00", "no such offset"),
        ("03/06", "no year"),
        ("3/6/2022", "not a time"),
        ("2022-03-123", "not a time"),
        ("昨天", "not a time"),
        ("16566", "give --origin"),
        ("inf", "not a time"),
    ],
)
def test_refusals_say_why(text, reason):
    parsed = parse_times(pd.Series([text]), SZ, now=NOW)
    assert parsed.times.isna().all()
    assert reason in parsed.reasons.iloc[0]


def test_missing_stays_missing_and_the_index_is_kept():
    values = pd.Series([None, "", "  ", "2022-03-06"], index=[7, 3, 9, 1], dtype="str")
    parsed = parse_times(values, SZ)
    assert list(parsed.times.index) == [7, 3, 9, 1]
    assert parsed.times.isna().tolist() == [True, True, True, False]
    assert not parsed.failed.any()
    assert str(parsed.times.dtype) == "datetime64[us, UTC]"
    assert len(parse_times(pd.Series([], dtype="str"), SZ).times) == 0


def test_summer_time_takes_the_first_of_a_repeated_hour_and_moves_a_skipped_one():
    helsinki = pd.Series(["2024-10-27 03:30", "2024-03-31 03:30"])
    parsed = parse_times(helsinki, "Europe/Helsinki")
    assert [t.isoformat()[:16] for t in parsed.times] == ["2024-10-27T00:30", "2024-03-31T01:00"]


def test_local_text_and_days():
    midnight = pd.Timestamp("2022-03-06T16:00", tz="UTC")
    assert format_local(midnight, SZ) == "3月6日24时"
    assert format_local(pd.Timestamp("2021-12-31T16:00", tz="UTC"), SZ, with_year=True) == "2021年12月31日24时"
    assert format_local(pd.Timestamp("2022-03-06T00:05", tz="UTC"), SZ) == "3月6日8时5分"
    assert format_local(pd.Timestamp("2022-03-05T16:05", tz="UTC"), SZ) == "3月6日0时5分"
    assert iso_local(midnight, SZ) == "2022-03-07T00:00:00+08:00"
    assert local_date(midnight, SZ) == date(2022, 3, 7)
    with pytest.raises(InputError, match="time zone 'Mars/Base' does not exist"):
        local_date(midnight, "Mars/Base")


moments = st.integers(694_224_000, 7_200_000_000).map(lambda second: pd.Timestamp(second, unit="s", tz="UTC"))


@given(st.lists(moments, min_size=1, max_size=20))
def test_iso_local_text_reads_back(times):
    parsed = parse_times(pd.Series([iso_local(t, SZ) for t in times]), "Europe/Helsinki")
    assert parsed.times.tolist() == times


@given(moments)
def test_notice_text_reads_back(time):
    whole = time.floor("min")
    parsed = parse_times(pd.Series([format_local(whole, SZ, with_year=True)]), SZ)
    assert parsed.times.iloc[0] == whole


@given(st.lists(st.text(max_size=20)))
def test_any_text_gives_a_time_or_a_reason(words):
    parsed = parse_times(pd.Series(words, dtype="str"), SZ, now=NOW)
    assert not (parsed.failed & parsed.times.notna()).any()


@pytest.mark.parametrize("day", ["2024-10-27", "2024-03-31", "2024-06-01", "1988-04-10"])
@pytest.mark.parametrize("zone", [SZ, "Europe/Helsinki"])
def test_many_times_read_as_each_alone(day, zone):
    words = pd.Series([f"{day} {hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 5)], dtype="str")
    alone = [parse_times(words[at : at + 1], zone).times.iloc[0] for at in range(len(words))]
    assert parse_times(words, zone).times.tolist() == alone


def test_a_blank_that_is_none_of_ascii_parts_date_and_clock():
    assert read("2022-03-06\u2028 8:05") == "2022-03-06T08:05:00"
    assert read("2022年3月6日　8时") == "2022-03-06T08:00:00"


ISO = ["2022-03-06", "2022-03-06 08:05", "2022-03-06T08:05:09", "1799-12-31T08:05:09", "2200-01-01", "1800-01-01 00:00"]
ODD = ["2022-02-30", "2022/03/06", "2022-03-06 08:05+00", "2022-03-06 24:00:00", "2022-03-06 08:60", "xxxxxxxxxx"]


@pytest.mark.parametrize("date_only", ["start", "end"])
@pytest.mark.parametrize("words", [[one, one, ""] for one in ISO] + [[one, odd] for one in ISO for odd in ODD], ids=str)
def test_a_column_of_one_form_reads_as_each_cell_alone(words, date_only):
    column = parse_times(pd.Series(words, dtype="str"), SZ, date_only, now=NOW)
    for at, word in enumerate(words):
        alone = parse_times(pd.Series([word, "3月6日"], dtype="str"), SZ, date_only, now=NOW)
        pd.testing.assert_series_equal(column.times[at : at + 1], alone.times[:1], check_index=False)
        assert column.reasons.iloc[at] == alone.reasons.iloc[0]
