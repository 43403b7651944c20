"""What the calls have told so far, and how far the lead has come."""

from __future__ import annotations

from features.facts.values import FINAL_KINDS, SPOKEN_RESULTS
from features.rows.as_of import KnownLead
from features.rows.feature import Feature, Value, feature

READS = ("call",)
CLOSING = FINAL_KINDS | {"ignore"}
"""The kinds of stage after which a lead is open no more."""


@feature("calls", "number", unit="calls", reads=READS)
def calls_made(known: KnownLead) -> Value:
    """How many times the lead was called."""
    return float(len(known.calls))


@feature("calls", "number", unit="calls", reads=READS)
def calls_spoken(known: KnownLead) -> Value:
    """In how many calls somebody was spoken to."""
    return float(len(known.spoken_calls))


@feature("calls", "number", unit="calls", reads=READS)
def calls_in_vain_at_last(known: KnownLead) -> Value:
    """How many tries in a row were in vain since somebody was last spoken to."""
    in_vain = 0
    for call in reversed(known.calls):
        if call.result in SPOKEN_RESULTS:
            break
        in_vain += 1
    return float(in_vain)


@feature("calls", "level", reads=READS)
def last_call_result(known: KnownLead) -> Value:
    """How the last call ended."""
    return known.calls[-1].result if known.calls else None


@feature("calls", "number", unit="seconds", reads=READS)
def last_call_seconds(known: KnownLead) -> Value:
    """How long the last call was."""
    return known.calls[-1].seconds if known.calls else None


@feature("calls", "number", unit="seconds", reads=READS)
def seconds_spoken(known: KnownLead) -> Value:
    """How long was spoken in all calls together; missing until somebody was spoken to."""
    spoken = known.spoken_calls
    return float(sum(call.seconds or 0.0 for call in spoken)) if spoken else None


@feature("calls", "number", unit="minutes", reads=READS)
def minutes_since_last_call(known: KnownLead) -> Value:
    """How long ago the last call began."""
    return (known.moment - known.calls[-1].at).total_seconds() / 60.0 if known.calls else None


@feature("calls", "level", reads=READS)
def call_back_promised(known: KnownLead) -> Value:
    """Whether the last call ended with a promise to call back."""
    if not known.calls:
        return None
    last = known.calls[-1]
    return "yes" if last.result == "call_back" or last.call_back_at else "no"


@feature("calls", "number", unit="words", reads=READS)
def words_on_what_attracts(known: KnownLead) -> Value:
    """How many words the manager noted on what attracts the person besides the price; missing where nothing."""
    noted = [call.attracts for call in known.calls if call.attracts]
    return float(len(noted[-1].split())) if noted else None


@feature("calls", "level", reads=("stage",))
def stage_reached(known: KnownLead) -> Value:
    """The last open stage that the lead had reached; how it was closed is its outcome and no feature."""
    return next((kind for kind in reversed(known.stage_kinds) if kind not in CLOSING), None)


CALL_FEATURES: tuple[Feature, ...] = (
    calls_made, calls_spoken, calls_in_vain_at_last, last_call_result, last_call_seconds, seconds_spoken,
    minutes_since_last_call, call_back_promised, words_on_what_attracts, stage_reached,
)  # fmt: skip
