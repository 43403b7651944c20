"""The simulated company's own exports: CSV files as a Russian CRM writes them, dirty where people type; and the truth apart."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import yaml

from leadloop.demo.people import ZONE, Person
from leadloop.demo.simulation import MadeCall, MadeStage, Simulated
from leadloop.demo.world import World

NAMES = ("Александр", "Мария", "Дмитрий", "Елена", "Сергей", "Ольга", "Андрей", "Наталья", "Иван", "Татьяна")
NOT_CHOSEN = "Не выбрано"
LEAD_COLUMNS = (
    "ID", "Дата создания", "Имя", "Телефон", "E-mail", "Город", "Кто вы", "Когда нужно", "Ремонт начат", "Площадь, м²",
    "Окон", "utm_source", "utm_medium", "utm_campaign", "utm_content", "Посадочная страница", "Оффер", "Скидка",
    "yclid", "Согласие на рекламу",
)  # fmt: skip
CALL_COLUMNS = (
    "ID звонка", "ID заявки", "Менеджер", "Начало", "Длительность, с", "Результат", "Потребность", "Бюджет", "Срочность",
    "Что привлекает", "Идеальный продукт", "Комментарий", "Перезвонить",
)  # fmt: skip
STAGE_COLUMNS = ("ID заявки", "Дата", "Этап", "Сумма", "Причина")
SPEND_COLUMNS = ("Дата", "Источник", "Тип", "Кампания", "Показы", "Клики", "Расход", "Валюта")
PLAN_COLUMNS = ("Месяц", "Менеджер", "Показатель", "Значение")
RESULTS = {
    "reached": "Дозвонились", "no_answer": "Нет ответа", "busy": "Занято", "refused": "Отказался", "call_back": "Перезвонить",
    "wrong_number": "Неверный номер",
}  # fmt: skip


def export_all(done: Simulated, folder: Path) -> list[Path]:
    """Write leads, calls, stages, spend and plan, and beside them ``company.yaml`` and ``truth.csv``; return the five."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(done.scale.seed + 3)
    files = {
        "leads.csv": (LEAD_COLUMNS, lead_rows(done.everybody, done.world, rng)),
        "calls.csv": (CALL_COLUMNS, call_rows(done.calls)),
        "stages.csv": (STAGE_COLUMNS, stage_rows(done.stages)),
        "spend.csv": (SPEND_COLUMNS, _spend_rows(done, rng)),
        "plan.csv": (PLAN_COLUMNS, _plan_rows(done)),
    }
    truth = (
        (t.lead_id, f"{t.chance_if_called_at_once:.6f}", f"{t.chance_as_handled:.6f}") for t in done.truth.values()
    )
    # The truth comes first: by it the next demo knows the folder of one that was stopped.
    _write(folder / "truth.csv", ("lead_id", "chance_if_called_at_once", "chance_as_handled"), truth)
    for name, (header, rows) in files.items():
        _write(folder / name, header, rows)
    words = yaml.safe_dump(company_words(done.world), allow_unicode=True, sort_keys=False, width=120)
    (folder / "company.yaml").write_text(words, encoding="utf-8")
    return [folder / name for name in files]


def company_words(world: World) -> dict[str, object]:
    """Return the company file of the simulated company."""
    channels = [
        {"name": c.name, "when": {"source": sorted({s.strip().casefold() for s in c.sources})}} for c in world.channels
    ]
    offers = {
        o.name: {"price": o.price, "discount": o.discount, "promise": f"{o.name} {o.discount}".strip()}
        for o in world.offers
    }
    return {
        "company": "Окна в офис (демо)",
        "language": "ru",
        "time_zone": "Europe/Moscow",
        "currency": "RUB",
        "horizon_days": world.horizon_days,
        "average_check": 230_000.0,
        "fields": {
            "city": {"kind": "choice", "label": "Город", "column": "Город"},
            "role": {"kind": "choice", "label": "Кто вы", "column": "Кто вы"},
            "when": {"kind": "choice", "label": "Когда нужно", "column": "Когда нужно"},
            "renovation": {"kind": "yes_no", "label": "Ремонт начат", "column": "Ремонт начат"},
            "area": {"kind": "number", "label": "Площадь офиса", "unit": "м²", "column": "Площадь, м²"},
            "windows": {"kind": "number", "label": "Окон", "column": "Окон"},
            "need": {"kind": "yes_no", "label": "Потребность", "filled_by": "manager", "call_column": "Потребность",
                     "question": "Вам точно нужны новые окна в офис?"},
            "budget": {"kind": "yes_no", "label": "Бюджет", "filled_by": "manager", "call_column": "Бюджет",
                       "question": "Бюджет на окна уже выделен?"},
            "urgency": {"kind": "yes_no", "label": "Срочность", "filled_by": "manager", "call_column": "Срочность",
                        "question": "Окна нужны в ближайший месяц?"},
        },
        "abc": {
            "since": "2025-01-01",
            "criteria": {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in ("need", "budget", "urgency")},
            "rates": {"A": 0.25, "B": 0.12, "C": 0.04, "non_target": 0.002, "ungraded": 0.06},
        },
        "stages": {
            "meeting": ["Встреча"], "invoice": ["Счёт"], "won": ["Договор"], "lost": ["Отказ"], "non_target": ["Нецелевой"],
        },
        "channels": {"rules": channels},
        "offers": offers,
        "audience": {"role": ["владелец", "арендатор"], "city": ["Москва"], "area": {"at_least": 50.0}},
        "conversions": {
            "consent": {"mark": "ad_consent", "yes": ["да"]},
            "yandex": {"goals": {"qualified": "lead_qualified", "paid": "sale"}},
            "yandex_orders": {},
        },
        "managers": [{"name": m.name, "daily_capacity": 30} for m in world.managers],
        "export": {
            "placeholders": [NOT_CHOSEN],
            "leads": {
                "id": "ID", "created_at": "Дата создания", "name": "Имя", "phone": "Телефон", "email": "E-mail",
                "marks": {
                    "source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign", "ad": "utm_content",
                    "landing_page": "Посадочная страница", "offer": "Оффер", "discount": "Скидка",
                    "yclid": "yclid", "ad_consent": "Согласие на рекламу",
                },
            },
            "calls": {
                "id": "ID звонка", "lead_id": "ID заявки", "at": "Начало", "manager": "Менеджер", "seconds": "Длительность, с",
                "result": "Результат", "attracts": "Что привлекает", "ideal_product": "Идеальный продукт",
                "comment": "Комментарий", "call_back_at": "Перезвонить", "results": {v: k for k, v in RESULTS.items()},
            },
            "stages": {"lead_id": "ID заявки", "at": "Дата", "stage": "Этап", "amount": "Сумма", "reason": "Причина"},
            "spend": {
                "day": "Дата", "cost": "Расход", "currency": "Валюта", "impressions": "Показы", "clicks": "Клики",
                "marks": {"source": "Источник", "medium": "Тип", "campaign": "Кампания"},
            },
            "plan": {"month": "Месяц", "manager": "Менеджер", "measure": "Показатель", "value": "Значение"},
        },
    }  # fmt: skip


def lead_rows(everybody: Iterable[Person], world: World, rng: np.random.Generator) -> Iterable[tuple[str, ...]]:
    """Yield the leads' cells as people typed them."""
    clicks = rng.spawn(1)[0]  # a stream of its own: what the others draw stays as it was
    for place, p in enumerate(everybody):
        channel, offer = world.channels[p.channel], world.offers[p.offer]
        draw = rng.random(8)
        source = channel.sources[0 if draw[0] < 0.8 else int(draw[0] * 1000) % len(channel.sources)]
        area = f"{p.area:.1f}".replace(".", ",") if draw[1] < 0.9 else ""
        phone = (
            f"+7 900 {place // 10000 % 1000:03d}-{place // 100 % 100:02d}-{place % 100:02d}" if draw[2] < 0.95 else ""
        )
        email = f"person{place}@example.{'ru' if draw[3] < 0.5 else 'com'}" if draw[3] < 0.6 else ""
        click, (comes_with_it, agrees) = int(clicks.integers(10**18, 9 * 10**18)), clicks.random(2) < (0.9, 0.8)
        yield (
            p.lead_id, stamp(p.created_at), NAMES[place % len(NAMES)], phone, email, _typed(p.city, draw[4]),
            _typed(p.role, draw[5]), p.when if draw[6] < 0.92 else NOT_CHOSEN, p.renovation if draw[7] < 0.9 else NOT_CHOSEN,
            area, str(p.windows), source, channel.medium, channel.campaigns[p.campaign][0], f"ad-{p.ad}",
            f"/okna-{p.offer + 1}", offer.name, offer.discount,
            str(click) if channel.sources[0] == "yandex" and comes_with_it else "", "да" if agrees else "нет",
        )  # fmt: skip


def call_rows(calls: Iterable[MadeCall]) -> Iterable[tuple[str, ...]]:
    """Yield the calls' cells."""
    for c in calls:
        back = stamp(c.call_back_at) if c.call_back_at else ""
        said = [c.answers.get(name, "") for name in ("need", "budget", "urgency")]
        yield (c.call_id, c.lead_id, c.manager, stamp(c.at), str(c.seconds), RESULTS[c.result], *said, c.attracts, c.ideal,
               c.comment, back)  # fmt: skip


def stage_rows(stages: Iterable[MadeStage]) -> Iterable[tuple[str, ...]]:
    """Yield the stages' cells."""
    for s in stages:
        amount = f"{s.amount:,.2f}".replace(",", " ").replace(".", ",") if s.amount else ""
        yield (s.lead_id, stamp(s.at), s.stage, amount, s.reason)


def stamp(moment: datetime) -> str:
    """Return a moment as the CRM writes it, in Moscow's time."""
    return f"{moment.astimezone(ZONE):%d.%m.%Y %H:%M:%S}"


def _typed(word: str, draw: float) -> str:
    if draw < 0.05:
        return NOT_CHOSEN
    return word.capitalize() if draw < 0.85 else word.upper() if draw < 0.9 else f" {word} "


def _spend_rows(done: Simulated, rng: np.random.Generator) -> Iterable[tuple[str, ...]]:
    counts: dict[tuple[date, int, int], int] = {}
    for p in done.everybody:
        key = (p.created_at.date(), p.channel, p.campaign)
        counts[key] = counts.get(key, 0) + 1
    for (day, channel, campaign), leads in sorted(counts.items()):
        one = done.world.channels[channel]
        if one.cost_per_lead:
            cost = leads * one.cost_per_lead * float(rng.uniform(0.85, 1.15))
            clicks = leads * int(rng.integers(12, 25))
            shown = f"{cost:,.2f}".replace(",", " ").replace(".", ",")
            yield (f"{day:%d.%m.%Y}", one.sources[0], one.medium, one.campaigns[campaign][0], str(clicks * 60), str(clicks),
                   shown, "RUB")  # fmt: skip


def _plan_rows(done: Simulated) -> Iterable[tuple[str, ...]]:
    months = sorted({p.created_at.date().replace(day=1) for p in done.everybody})
    a_month = round(done.world.leads_a_month * 0.07)
    for month in months:
        yield (f"{month:%Y-%m}", "", "sales", str(a_month))
        for manager in done.world.managers:
            yield (f"{month:%Y-%m}", manager.name, "sales", str(round(a_month / len(done.world.managers))))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)
