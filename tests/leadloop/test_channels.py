"""``leadloop channels``: what each channel and campaign brings, with counts, in the words of the export."""

from __future__ import annotations

from pathlib import Path

from tests.leadloop.command_line import LEADS, Ran, Small, one_line, small_company, write_rows


def cells_of(name: str, table: str) -> list[str]:
    return next(line.split() for line in table.splitlines() if line.strip().startswith(name))


def test_leads_and_costs_stand_by_channel(imported: Small) -> None:
    said = imported.done("channels")
    assert cells_of("Поиск", said)[1] == "2"
    assert cells_of("Поиск", said)[-1] == "1,000"
    assert said.count("1,000") == 2  # the cost, and that of the one sale that it paid for
    assert cells_of("vk", said)[1] == "1"
    assert cells_of("vk", said)[-1] == "300"
    assert said.count("300") == 1


def test_campaigns_stand_under_their_channel_as_they_are_written(imported: Small) -> None:
    said = imported.done("channels", "--by", "campaign")
    assert cells_of("Поиск / brand", said)[3] == "1"
    assert cells_of("vk / [/лето]", said)[3] == "1"


def test_channels_and_journey_write_names_as_the_leads_do_and_say_where_no_source_is(tmp_path: Path) -> None:
    company = small_company(tmp_path)
    named = ("8", "2026-03-05 12:00", "", "", "", "owner", "120,5", "Яндекс", "Лето Москва")
    told_so = ("7", "2026-03-05 12:00", "", "", "", "owner", "120,5", "vk", "unknown")
    without = ("9", "2026-03-05 12:00", "", "", "", "owner", "120,5", "", "")
    write_rows(tmp_path / "named.csv", [LEADS, named, told_so, without])
    company.done("import", company.file("named.csv"))
    for command in ("channels", "journey"):
        said = one_line(company.done(command, "--by", "campaign"))
        assert "Лето Москва" in said
        assert "No source" in said
        assert said.count("No source") == said.count("Лето Москва")  # a campaign that is called so is one
        assert "unknown" in said


def test_a_rate_of_few_leads_is_not_shown_as_a_rate(imported: Small) -> None:
    said = imported.done("channels")
    assert "too few" in said
    assert "%" not in said.split("Not enough data")[0]
    assert "Not enough data in the last 120 days" in one_line(said)


def test_rates_come_with_their_interval_and_counts(trained_once: tuple[Small, Ran]) -> None:
    said = trained_once[0].done("channels")
    lines = [line.split() for line in said.splitlines() if line.strip()]
    at = next(place for place, line in enumerate(lines) if line[0] == "vk")
    leads, called = lines[at][1:3]
    assert called == "100%"
    assert (lines[at + 2][0], lines[at + 3][:2]) == (leads, ["of", leads])
    low, high = lines[at + 1][-1].rstrip("%").split("-")
    count, of = int(lines[at + 2][-1]), int(lines[at + 3][-1])
    assert int(low) < 100 * count / of < int(high)


def test_another_level_than_channel_and_campaign_is_refused_in_a_sentence(imported: Small) -> None:
    ran = imported.run("channels", "--by", "ad")
    assert ran.code == 2
    assert "--by takes channel or campaign." in one_line(ran.err)


def test_where_a_person_counts_once_the_table_counts_and_says_so(tmp_path: Path) -> None:
    company = small_company(tmp_path)
    again = ("4", "2026-03-05 12:00", "Мария", "+7 916 123-45-67", "", "owner", "120,5", "google", "brand")
    write_rows(tmp_path / "again.csv", [LEADS, again])
    company.done("import", *(company.file(name) for name in ("leads.csv", "again.csv")))
    every = company.done("channels")
    with (tmp_path / "company.yaml").open("a", encoding="utf-8") as words:
        words.write("count_a_person_once: true\n")
    once = company.done("channels")
    assert (cells_of("Поиск", every)[1], cells_of("Поиск", once)[1]) == ("3", "2")
    assert "the first alone counts; what a later one sold counts with it: who bought twice is one sale" in one_line(
        once
    )
    assert "first request" not in one_line(every)


def test_costs_told_by_the_campaigns_id_stand_at_the_leads_campaign_as_in_the_journey(tmp_path: Path) -> None:
    company = small_company(tmp_path)
    words = (tmp_path / "company.yaml").read_text(encoding="utf-8")
    by_id = words.replace(
        "spend: {marks: {source: source, campaign: campaign}}",
        "spend: {currency: currency, marks: {source: source, campaign: campaign, campaign_id: campaign_id}}",
    )
    (tmp_path / "company.yaml").write_text(by_id, encoding="utf-8")
    lead = ("5", "2026-03-05 12:00", "", "", "", "owner", "120,5", "vk", "70001")
    write_rows(tmp_path / "leads.csv", [LEADS, lead])
    told = [("2026-03-05", "4321", "RUB", "vk", "Лето", "70001"), ("2026-03-05", "88", "USD", "vk", "Лето", "70001")]
    write_rows(tmp_path / "spend.csv", [("day", "cost", "currency", "source", "campaign", "campaign_id"), *told])
    company.done("import", company.file("leads.csv"), company.file("spend.csv"))
    for command in ("channels", "journey"):
        said = company.done(command, "--by", "campaign")
        assert said.count("4,321") >= 1
        assert "лето" not in said.casefold()  # no line of costs without leads stands beside
        assert "+ 88 USD" in said


def test_sales_after_the_window_are_named_beside_the_money(imported: Small) -> None:
    late = ("2", "2026-05-20 12:00", "won", "5000")
    write_rows(imported.folder / "late.csv", [("lead_id", "at", "stage", "amount"), late])
    imported.done("import", imported.file("late.csv"))
    for command in ("channels", "journey"):
        said = one_line(imported.done(command))
        assert "1 later sale for 5,000 RUB came after 60 days and is not counted." in said
