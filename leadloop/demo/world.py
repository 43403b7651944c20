"""The demo company's world: every parameter, fixed before any queue or alarm was measured on it.

The numbers follow the two cases of the trade: 3,500 requests a month, 11 managers who cannot call everyone, about
6 % of requests bought under first-come calling, and a channel that goes bad on one day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ChannelOfWorld:
    """A channel: its share of requests, how good its people are (log-odds), its non-target share, marks and costs."""

    name: str
    share: float
    quality: float
    non_target: float
    sources: tuple[str, ...]  # as people type them: the first is right, the others are variants
    medium: str
    campaigns: tuple[tuple[str, float], ...]  # name, log-odds
    cost_per_lead: float  # roubles; 0 is a channel that costs nothing


@dataclass(frozen=True, slots=True)
class OfferOfWorld:
    """An offer: its name, the discount, the price of a typical sale in roubles, and its pull (log-odds)."""

    name: str
    discount: str
    price: float
    pull: float


CHANNELS = (
    ChannelOfWorld("Яндекс Директ", 0.30, 0.10, 0.14, ("yandex", "Yandex", "ya.direct"), "cpc",
                   (("okna-ofis", 0.25), ("osteklenie", 0.0), ("brand", 0.5)), 1900.0),
    ChannelOfWorld("ВКонтакте", 0.20, -0.35, 0.22, ("vk", "VK", "vkontakte"), "cpc",
                   (("lookalike", 0.1), ("interesy", -0.2)), 1200.0),
    ChannelOfWorld("Авито", 0.15, -0.10, 0.18, ("avito", "Avito "), "listing", (("obyavleniya", 0.0),), 800.0),
    ChannelOfWorld("Форум строителей", 0.12, 0.20, 0.12, ("forum-stroy", "Forum-Stroy"), "banner",
                   (("forum-osen", 0.0), ("forum-zima", 0.1)), 1500.0),
    ChannelOfWorld("Партнёры", 0.08, 0.70, 0.06, ("partner", "Partner"), "referral", (("dizainery", 0.2),), 1000.0),
    ChannelOfWorld("Поиск", 0.15, 0.35, 0.12, ("organic", "google", "Google"), "organic", (("", 0.0),), 0.0),
)  # fmt: skip

OFFERS = (
    OfferOfWorld("Замер бесплатно", "", 180_000.0, 0.0),
    OfferOfWorld("Тёплые окна со скидкой", "15%", 210_000.0, 0.15),
    OfferOfWorld("Тихий офис", "", 320_000.0, -0.05),
    OfferOfWorld("Окна за 5 дней", "5%", 240_000.0, 0.10),
)


@dataclass(frozen=True, slots=True)
class ManagerOfWorld:
    """A manager: skill (factor on the chance), how often answers are written down, whether losses are closed."""

    name: str
    skill: float
    care: float
    closes_losses: float


MANAGERS = tuple(
    ManagerOfWorld(name, skill, care, closes)
    for name, skill, care, closes in (
        ("Анна", 1.15, 0.95, 0.95), ("Борис", 1.00, 0.85, 0.80), ("Вера", 1.10, 0.90, 0.90), ("Глеб", 0.90, 0.60, 0.30),
        ("Дарья", 1.05, 0.92, 0.85), ("Егор", 0.85, 0.45, 0.00), ("Жанна", 1.00, 0.80, 0.75), ("Игорь", 0.95, 0.70, 0.50),
        ("Ксения", 1.08, 0.93, 0.90), ("Лев", 0.92, 0.55, 0.20), ("Мария", 1.00, 0.88, 0.85),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the simulation is driven by."""

    leads_a_month: int = 3_500
    channels: tuple[ChannelOfWorld, ...] = CHANNELS
    offers: tuple[OfferOfWorld, ...] = OFFERS
    managers: tuple[ManagerOfWorld, ...] = MANAGERS
    base: float = -2.22  # log-odds of an average person who is called at once
    signal: float = 1.0  # factor on every effect of the form and the source
    spoiled_channel: str | None = "Форум строителей"
    spoiled_days_before_end: int = 45
    spoiled_non_target: float = 0.55  # the channel's non-target share from that day on
    spoiled_answers: float = 0.0  # share of those people of that time who all write the same on the form
    minutes_a_day: float = 175.0  # of a manager, for calls to requests
    minutes_reached: float = 20.0
    minutes_non_target: float = 6.0
    minutes_in_vain: float = 2.5
    reach: float = 0.55  # chance that one try reaches the person
    tries: int = 4
    keeps: float = 0.65  # share of the chance that is left when nobody calls for long
    cools_in_hours: float = 120.0
    abandoned_after_hours: float = 72.0  # first-come managers no longer call what has waited so long
    neglected_city: str = "Область"  # a good segment that managers put off by habit
    neglect: float = 0.75
    asks_for_later: float = 0.12  # of those reached, who ask to be called again
    horizon_days: int = 60
    opens: int = 9
    closes: int = 18


DEFAULT = World()
VARIANTS = {
    "default": DEFAULT,
    "weak_signal": replace(DEFAULT, signal=0.35),
    "no_change": replace(DEFAULT, spoiled_channel=None),
    "spoiled_answers": replace(DEFAULT, spoiled_answers=0.8),
}
CITIES = {"Москва": (0.55, 0.0), "Химки": (0.12, -0.1), "Область": (0.18, 0.55), "Другой город": (0.15, -0.9)}
"""City -> (share, log-odds)."""
ROLES = {"владелец": (0.30, 0.65), "арендатор": (0.34, -0.45), "строитель": (0.22, 0.15), "студент": (0.14, -1.6)}
WHEN = {"сейчас": (0.28, 0.60), "1-3 месяца": (0.34, 0.1), "позже": (0.20, -0.7), "не знаю": (0.18, -0.4)}
SPOILED_ROLE, SPOILED_WHEN = "студент", "не знаю"
"""What people of the spoiled traffic write, where they all write the same."""
RENOVATION = {"да": (0.35, 0.45), "нет": (0.65, -0.25)}
OWNER_WHO_RENOVATES = 0.75
"""The portrait of the article: the owner of an office whose renovation has begun."""
ATTRACTS = ("гарантия 10 лет", "тишина", "сроки", "отзывы соседей", "тёплый профиль", "чистый монтаж", "дизайн рам")
IDEALS = ("окна без сквозняков", "чтобы поставили за выходные", "тихие и тёплые", "с широким подоконником", "без грязи")
COMMENTS = ("просит замер", "сравнивает цены", "ждёт решения директора", "нужен договор на юрлицо", "спешит с ремонтом",
            "ищет работу, не клиент", "перепутал компанию", "нужны только подоконники")  # fmt: skip
SALE_DELAY_DAYS = (11.0, 0.95)
"""Median and spread (log-normal) of the days from the talk to the contract: hours to months."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How long the simulation runs: months, and leads in all if another number than the world's is wanted."""

    months: int = 6
    leads: int | None = None
    seed: int = 7
    variant: str = "default"

    @property
    def world(self) -> World:
        """Return the world of the variant, with managers enough for the number of leads."""
        world = VARIANTS[self.variant]
        if self.leads is None:
            return world
        a_month = max(round(self.leads / self.months), 1)
        crews = max(round(a_month / world.leads_a_month), 1)
        managers = tuple(
            replace(one, name=one.name if crew == 0 else f"{one.name} {crew + 1}")
            for crew in range(crews)
            for one in world.managers
        )
        return replace(world, leads_a_month=a_month, managers=managers)
