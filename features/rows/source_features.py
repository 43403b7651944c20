"""Where the lead came from, and how well that source has sold so far."""

from __future__ import annotations

from features.facts.channels import mark_of
from features.rows.as_of import KnownLead
from features.rows.feature import Feature, Value, feature
from features.rows.source_rates import source_path

READS = ("source",)
RATE_READS = ("source", "settled leads of the past")
LOG_ODDS = "log-odds over the company's rate"


@feature("source", "level", reads=READS)
def channel(known: KnownLead) -> Value:
    """The channel, by the company's rules for raw sources."""
    return known.channel


@feature("source", "level", reads=READS)
def medium(known: KnownLead) -> Value:
    """The medium named by the marks (cpc, email, ...)."""
    return mark_of(known.marks, "medium")


@feature("source", "level", reads=READS)
def campaign(known: KnownLead) -> Value:
    """The advertising campaign."""
    return mark_of(known.marks, "campaign")


@feature("source", "level", reads=READS)
def ad(known: KnownLead) -> Value:
    """The advertisement."""
    return mark_of(known.marks, "ad")


@feature("source", "level", reads=READS)
def keyword(known: KnownLead) -> Value:
    """The search phrase that the ad answered."""
    return mark_of(known.marks, "keyword")


@feature("source", "level", reads=READS)
def landing_page(known: KnownLead) -> Value:
    """The page on which the person arrived, without what follows its address: that may hold a contact."""
    page = (mark_of(known.marks, "landing_page") or "").split("?")[0].split("#")[0]
    return page or None


@feature("source", "level", reads=READS)
def offer(known: KnownLead) -> Value:
    """What the advertisement promised."""
    return mark_of(known.marks, "offer")


@feature("source", "level", reads=READS)
def discount(known: KnownLead) -> Value:
    """The discount that was promised."""
    return mark_of(known.marks, "discount")


@feature("source", "number", unit=LOG_ODDS, reads=RATE_READS)
def channel_lift(known: KnownLead) -> Value:
    """How much better the channel has sold than the company, from leads settled by the last midnight."""
    return known.rates.lift(source_path(known.channel, None, None))


@feature("source", "number", unit=LOG_ODDS, reads=RATE_READS)
def ad_lift(known: KnownLead) -> Value:
    """How much better the ad (or as much of ad, campaign, channel as is known) has sold than the company."""
    marks = known.marks
    return known.rates.lift(source_path(known.channel, mark_of(marks, "campaign"), mark_of(marks, "ad")))


@feature("source", "number", unit=LOG_ODDS, reads=RATE_READS)
def offer_lift(known: KnownLead) -> Value:
    """How much better the offer has sold than the company; missing where the lead saw none."""
    name = mark_of(known.marks, "offer")
    return known.rates.lift([("offer", name)]) if name else None


RATE_FEATURES: tuple[Feature, ...] = (channel_lift, ad_lift, offer_lift)
"""What is read off the leads that were settled before."""
READ_MARKS = ("medium", "campaign", "ad", "keyword", "landing_page", "offer", "discount")
"""The marks that these features read. With the channel and the source rates they are all on which these features hang."""
SOURCE_FEATURES: tuple[Feature, ...] = (
    channel, medium, campaign, ad, keyword, landing_page, offer, discount, *RATE_FEATURES,
)  # fmt: skip
