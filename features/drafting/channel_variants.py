"""One source written in several ways becomes one channel: a table of the usual variants."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch

from features.facts.channels import NOTHING, tidied

FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Yandex", ("yandex", "ya", "ya.direct", "yandex?direct", "yadirect", "yandex.ru", "ya.ru", "яндекс", "яндекс?директ")),
    ("VK", ("vk", "vk.com", "vkontakte", "вк", "вконтакте", "vk?ads", "vk-senler")),
    ("Google", ("google", "google?ads", "adwords", "google?adwords", "googleads", "google.com", "гугл")),
    ("Facebook", ("facebook", "fb", "facebook.com", "facebook?ads", "meta")),
    ("Instagram", ("instagram", "inst", "ig", "instagram.com", "инстаграм*")),
    ("Telegram", ("telegram", "tg", "t.me", "telegram.me", "телеграм*", "telegram?ads")),
    ("Dzen", ("zen", "dzen", "yandex?zen", "zen.yandex*", "dzen.ru", "дзен", "яндекс?дзен")),
    ("Twitter", ("twitter", "twitter.com", "t.co", "x.com")),
    ("YouTube", ("youtube", "youtube.com", "yt", "youtubechannel", "ютуб")),
    ("Avito", ("avito", "avito.ru", "авито")),
    ("MyTarget", ("mytarget", "my?target", "target.my.com")),
    ("Chat", ("chat", "live chat", "olark chat", "livechat", "jivosite", "jivo")),
    ("E-mail", ("email", "e-mail", "mail", "newsletter", "рассылка")),
)  # fmt: skip


def channel_rules(sources: Iterable[str]) -> dict[str, list[str]]:
    """Return channel -> its variants among ``sources``, for channels that are written in more than one way.

    Case and spaces need no rule: sources compare without them.

    >>> channel_rules(["yandex", "Yandex", "ya.direct", "avito", "Avito ", "vk"])
    {'Yandex': ['ya.direct', 'yandex']}
    """
    found: dict[str, set[str]] = {}
    for source in {tidied(source) for source in sources} - NOTHING:
        name = next((name for name, ways in FAMILIES if any(fnmatch(source, way) for way in ways)), None)
        if name:
            found.setdefault(name, set()).add(source)
    return {name: sorted(found[name]) for name, _ in FAMILIES if len(found.get(name, ())) > 1}
