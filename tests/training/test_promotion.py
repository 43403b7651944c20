"""Each way a decision can fall, in the words that the analyst reads."""

from __future__ import annotations

import pytest

from models.judgement import JudgedGroup, Judgement
from models.measured import Measured
from training.promotion import AS_BEFORE, AT_ANY_LOOK, Decision, OtherWindow, decided

BETTER, SAME, WORSE = Measured(-0.02, -0.03, -0.01), Measured(0.001, -0.01, 0.01), Measured(0.02, 0.01, 0.03)
BETTER_SAID = "log-loss -0.0200, 95 % from -0.0300 to -0.0100"
SAME_SAID = "log-loss +0.0010, 95 % from -0.0100 to +0.0100"
WORSE_SAID = "log-loss +0.0200, 95 % from +0.0100 to +0.0300"


def decision(
    over_base: Measured,
    over_rules: Measured = BETTER,
    over_guesses: Measured = SAME,
    *,
    champion: Measured | None = None,
    at_any_look: Measured | None = None,
    rules_over_champion: Measured | None = None,
    tables: bool = True,
    gain: float = 0.0,
    champion_serves: bool = False,
    guessed: bool = True,
    other_window: OtherWindow | None = None,
) -> Decision:
    differences = {"base rate": over_base, "rules": over_rules, "rules over guesses": over_guesses}
    more = {"champion": champion, AT_ANY_LOOK: at_any_look, "rules over champion": rules_over_champion}
    differences |= {name: one for name, one in more.items() if one is not None}
    evaluation = Judgement((JudgedGroup("all", 500, 50, None),), differences)
    return decided(
        evaluation,
        tables=tables,
        gain=gain,
        champion_serves=champion_serves,
        guessed=guessed,
        other_window=other_window,
    )


LONGER = OtherWindow(45, 90, takes_over=True, has_tables=True)
SHORTER = OtherWindow(90, 45, takes_over=False, has_tables=True)


def test_what_counts_by_the_longer_window_is_judged_as_a_first_model_and_takes_over() -> None:
    made = decision(BETTER, champion=WORSE, champion_serves=True, other_window=LONGER)
    assert made == Decision(
        True, True, (
            f"Better than the base rate: {BETTER_SAID}.",
            f"Better than the rules alone: {BETTER_SAID}.",
            "The champion says who buys within 45 days, this one within 90 days: they cannot be compared.",
            "This one takes its place.",
        ),
    )  # fmt: skip


def test_what_counts_by_the_longer_window_and_finds_nothing_leaves_a_champion_that_does() -> None:
    for made in (
        decision(BETTER, tables=False, over_guesses=BETTER, champion_serves=True, other_window=LONGER),
        decision(WORSE, over_guesses=BETTER, champion_serves=True, other_window=LONGER),
        decided(FEW, tables=False, champion_serves=True, other_window=LONGER),
    ):
        assert (made.promote, made.finds_something) == (False, False)
        assert made.reasons[-1].endswith("goes on serving.")
        assert "rules go" not in " ".join(made.reasons)


def test_the_rules_at_the_rates_of_the_longer_window_take_the_place_of_those_of_the_shorter() -> None:
    bare = OtherWindow(45, 90, takes_over=True, has_tables=False)
    made = decision(BETTER, tables=False, over_guesses=BETTER, champion_serves=True, other_window=bare)
    assert (made.promote, made.finds_something) == (True, False)
    assert decided(FEW, tables=False, champion_serves=True, other_window=bare).promote


def test_what_finds_something_by_a_shorter_window_takes_the_place_of_rules_of_a_handful_of_leads() -> None:
    bare = OtherWindow(90, 45, takes_over=False, has_tables=False)
    assert decision(BETTER, champion_serves=True, other_window=bare).promote
    assert not decision(BETTER, tables=False, over_guesses=BETTER, champion_serves=True, other_window=bare).promote
    assert not decided(FEW, tables=False, champion_serves=True, other_window=bare).promote


def test_what_counts_by_a_shorter_window_never_takes_over_from_one_that_finds_something() -> None:
    for made in (
        decision(BETTER, champion_serves=True, other_window=SHORTER),
        decision(BETTER, tables=False, over_guesses=BETTER, champion_serves=True, other_window=SHORTER),
        decided(FEW, tables=True, gain=9.0, champion_serves=True, other_window=SHORTER),
    ):
        assert not made.promote
        assert made.reasons[-1].endswith("goes on serving.")


def test_a_longer_window_that_too_few_leads_have_lived_through_takes_the_place_of_no_champion() -> None:
    for has_tables in (True, False):
        few = OtherWindow(45, 90, takes_over=False, has_tables=has_tables, teaches=False)
        for made in (
            decided(FEW, tables=True, gain=9.0, champion_serves=True, other_window=few),
            decided(FEW, tables=False, champion_serves=True, other_window=few),
            decision(BETTER, champion_serves=True, other_window=few),
        ):
            assert not made.promote
            assert made.reasons[-1] == (
                "Too few leads have lived through 90 days yet for those to teach: the champion goes on serving."
            )


def test_of_a_window_of_as_many_days_it_is_said_that_the_companys_own_was_another() -> None:
    made = decision(BETTER, champion_serves=True, other_window=OtherWindow(45, 45, True, True, company_days=45, own=90))
    assert made.promote
    assert made.reasons[-2] == (
        "The company counted purchases within 45 days when the champion learned, and within 90 days now: they cannot be compared."
    )


def test_a_champion_that_says_who_buys_in_the_end_is_named_so() -> None:
    made = decision(BETTER, champion_serves=True, other_window=OtherWindow(None, 45, True, True, own=90))
    told = "The champion says who buys in the end, this one within 45 days: they cannot be compared."
    assert (made.promote, made.reasons[-2]) == (True, told)


def test_where_a_champion_of_bare_rates_goes_on_beside_a_longer_window_it_is_named_and_not_the_rules() -> None:
    bare = OtherWindow(45, 90, takes_over=True, has_tables=False)
    made = decision(BETTER, over_guesses=WORSE, tables=False, champion_serves=True, other_window=bare)
    assert not made.promote
    assert made.reasons[0].endswith("the champion goes on serving.")
    instead = decision(BETTER, over_guesses=BETTER, tables=False, champion_serves=True, other_window=bare)
    assert instead.promote
    assert instead.reasons[0].endswith("the rules serve instead of the champion.")


def test_better_than_the_base_rate_and_the_rules_is_promoted_where_no_champion_is() -> None:
    assert decision(BETTER) == Decision(
        True, True, (
            f"Better than the base rate: {BETTER_SAID}.",
            f"Better than the rules alone: {BETTER_SAID}.",
            "No champion serves that it would have to beat.",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("champion", "at_any_look", "promoted", "words"),
    [
        (BETTER, BETTER, True, f"Better than the champion, however often they are compared: {BETTER_SAID}."),
        (BETTER, SAME, True, f"Not worse than the champion, and fresher: {BETTER_SAID}."),
        (SAME, SAME, True, f"Not worse than the champion, and fresher: {SAME_SAID}."),
        (WORSE, SAME, False, f"Worse than the champion ({WORSE_SAID}): the champion goes on serving."),
    ],
)
def test_only_a_candidate_that_is_not_worse_replaces_the_champion(
    champion: Measured, at_any_look: Measured, promoted: bool, words: str
) -> None:
    made = decision(BETTER, champion=champion, at_any_look=at_any_look, champion_serves=True)
    assert (made.promote, made.finds_something, made.reasons[-1]) == (promoted, True, words)


def test_of_the_same_recipe_and_more_leads_it_is_fresher_and_there_is_nothing_to_beat() -> None:
    made = decided(Judgement((JudgedGroup("all", 500, 50, None),), {"base rate": BETTER, "rules": BETTER}), tables=True,
                   champion_serves=True, as_before=True)  # fmt: skip
    assert (made.promote, made.as_before, made.reasons[-1]) == (True, True, AS_BEFORE)


@pytest.mark.parametrize(("rules_over_champion", "promoted"), [(SAME, True), (WORSE, False)])
def test_where_the_same_recipe_finds_nothing_any_more_the_rules_take_over_unless_they_do_worse(
    rules_over_champion: Measured, promoted: bool
) -> None:
    differences = {
        "base rate": SAME,
        "rules": SAME,
        "rules over guesses": BETTER,
        "rules over champion": rules_over_champion,
    }
    made = decided(Judgement((JudgedGroup("all", 500, 50, None),), differences), tables=False, champion_serves=True,
                   as_before=True)  # fmt: skip
    assert (made.promote, made.finds_something, made.as_before) == (promoted, False, False)


def test_a_champion_that_a_candidate_cannot_be_compared_with_goes_on_serving() -> None:
    made = decision(BETTER, champion_serves=True)
    assert (made.promote, made.finds_something) == (False, True)
    assert made.reasons[-1].startswith("It cannot be compared with the champion yet: too few sales were settled since")


def test_worse_than_the_base_rate_leaves_the_rules_serving() -> None:
    made = decision(WORSE, over_guesses=WORSE)
    assert (made.promote, made.finds_something) == (False, False)
    assert made.reasons == (f"Worse than the base rate ({WORSE_SAID}): the rules go on serving.",)


def test_without_tables_nothing_beyond_the_rules_predicted_whatever_the_difference_says() -> None:
    assert decision(BETTER, over_guesses=WORSE, tables=False) == Decision(
        False, False, ("Nothing beyond the rules predicted on later leads: the rules go on serving.",),
    )  # fmt: skip


def test_the_rules_at_the_rates_that_were_seen_serve_unless_they_do_surely_worse_than_the_guesses() -> None:
    made = decision(BETTER, over_guesses=SAME, tables=False)
    assert (made.promote, made.finds_something) == (True, False)
    assert made.reasons[1] == (
        f"At the rates that this company's own leads showed they do no worse than at its guesses: {SAME_SAID}."
    )


def test_a_guess_that_nobody_made_does_not_outweigh_what_the_companys_own_leads_showed() -> None:
    made = decision(BETTER, over_guesses=WORSE, tables=False, guessed=False)
    assert (made.promote, made.finds_something) == (True, False)
    said = f"At the rates that this company's own leads showed they serve, as it made no guess: {WORSE_SAID}."
    assert made.reasons[1] == said
    assert not decision(BETTER, over_guesses=WORSE, tables=False, guessed=False, champion_serves=True).promote


def test_what_is_neither_surely_better_nor_surely_worse_is_believed_in_part() -> None:
    made = decision(SAME, SAME, gain=3.1)
    assert (made.promote, made.finds_something, made.by_gain) == (True, True, False)
    assert made.reasons[0] == (
        f"Not surely better than the base rate ({SAME_SAID}): "
        "what predicted (3.1 nats on later leads, several times over) is believed in part."
    )


def test_the_rules_at_the_rates_that_were_seen_serve_where_they_beat_the_guesses() -> None:
    made = decision(WORSE, over_guesses=BETTER)
    assert (made.promote, made.finds_something) == (True, False)
    assert made.reasons == (
        f"Worse than the base rate ({WORSE_SAID}): the rules go on serving.",
        f"At the rates that this company's own leads showed they beat its guesses: {BETTER_SAID}.",
    )


def test_worse_than_the_rules_alone_leaves_the_rules_serving() -> None:
    made = decision(BETTER, WORSE, WORSE)
    assert (made.promote, made.finds_something) == (False, False)
    assert made.reasons == (f"Worse than the rules alone ({WORSE_SAID}): the rules go on serving.",)


def test_rules_that_predict_alone_serve_at_the_rates_that_were_seen() -> None:
    made = decision(BETTER, WORSE, BETTER)
    assert (made.promote, made.finds_something) == (True, False)
    assert made.reasons[1] == f"At the rates that this company's own leads showed they beat its guesses: {BETTER_SAID}."


def test_the_rules_do_not_replace_a_champion_that_is_better() -> None:
    made = decision(WORSE, over_guesses=BETTER, rules_over_champion=WORSE, champion_serves=True)
    assert made == Decision(
        False, False, (
            f"Worse than the base rate ({WORSE_SAID}): the champion goes on serving.",
            f"The rules at the rates that were seen do worse than it: {WORSE_SAID}.",
        ),
    )  # fmt: skip


def test_the_rules_do_not_replace_a_champion_that_they_cannot_be_compared_with() -> None:
    made = decision(WORSE, over_guesses=BETTER, champion_serves=True)
    assert not made.promote
    assert made.reasons[1].startswith("The rules at the rates that were seen cannot be compared with it yet")


def test_the_rules_replace_a_champion_that_is_no_better_where_nothing_predicts() -> None:
    made = decision(WORSE, over_guesses=BETTER, rules_over_champion=SAME, champion_serves=True)
    assert (made.promote, made.finds_something) == (True, False)
    assert made.reasons[0] == f"Worse than the base rate ({WORSE_SAID}): the rules serve instead of the champion."


def test_where_a_champion_serves_and_nothing_beats_the_guesses_it_is_the_champion_that_goes_on() -> None:
    made = decision(WORSE, champion_serves=True)
    assert made == Decision(False, False, (f"Worse than the base rate ({WORSE_SAID}): the champion goes on serving.",))


def test_a_gain_that_chance_does_not_give_makes_up_for_a_judging_slice_that_cannot_tell() -> None:
    made = decision(SAME, SAME, gain=11.2)
    said = f"11.2 nats on later leads, several times over ({SAME_SAID})"
    assert (made.promote, made.finds_something, made.by_gain) == (True, True, True)
    assert not decision(BETTER, BETTER, gain=11.2).by_gain
    assert made.reasons[:2] == (f"Better than the base rate: {said}.", f"Better than the rules alone: {said}.")


def test_a_gain_that_may_be_luck_does_not() -> None:
    made = decision(SAME, SAME, gain=5.9)
    assert not made.by_gain
    assert made.reasons[1].startswith("Not surely better than the rules alone")


def test_no_gain_makes_up_for_being_surely_worse() -> None:
    assert not decision(WORSE, WORSE, gain=50.0).finds_something
    assert not decision(BETTER, WORSE, BETTER, gain=50.0).finds_something


def test_a_judging_slice_on_which_nothing_differs_says_so() -> None:
    made = decision(Measured(1e-9, 1e-9, 1e-9), Measured(-1e-9, -1e-9, -1e-9), gain=12.1)
    said = "12.1 nats on later leads, several times over (the same on the judging slice alone)"
    assert made.reasons[:2] == (f"Better than the base rate: {said}.", f"Better than the rules alone: {said}.")


def test_no_gain_makes_up_for_a_loss_that_is_sure_and_not_small() -> None:
    sure = Measured(0.02, 0.0005, 0.04)
    assert not decision(BETTER, sure, gain=50.0).finds_something
    assert decision(BETTER, Measured(0.0008, 0.0001, 0.0015), gain=50.0).promote


FEW = Judgement((JudgedGroup("all", 40, 6, None),), {})


def test_too_few_later_leads_leave_it_to_what_was_found_on_leads_left_out() -> None:
    made = decided(FEW, tables=True, gain=7.2)
    assert (made.promote, made.finds_something) == (True, True)
    assert made.reasons[0].startswith(
        "Too few later leads to judge by (40, 6 of them bought): what predicted on leads left out"
    )


def test_too_few_later_leads_and_nothing_found_serve_the_rules_at_the_rates_that_were_seen() -> None:
    made = decided(FEW, tables=False)
    assert (made.promote, made.finds_something) == (True, False)
    assert made.reasons[0].endswith(
        "nothing beyond the rules predicted; they serve at the rates that this company's own leads showed."
    )


def test_too_few_later_leads_do_not_replace_a_champion_that_cannot_be_compared() -> None:
    assert not decided(FEW, tables=True, gain=7.2, champion_serves=True).promote
