"""What managers wrote, without the persons in it: names, phones, addresses of mail and pages, long numbers are left out.

A comment may say what attracts buyers, and it may say who they are. Only the first may leave the lead card. Better a word
too many is left out than a person is shown: besides the names that are known, every word goes that is written like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LEFT_OUT = "…"
"""What stands in the place of whatever was left out."""

_ENDS = (
    "ru|com|net|org|рф|su|me|io|info|biz|by|kz|ua|de|uk|us|eu|fr|pro|club|shop|site|online|store|app|dev|xyz|edu|gov"
)
_LINK = re.compile(rf"(?:\w+://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:{_ENDS})\b(?:/\S*)?", re.I)
_HANDLE = re.compile(r"(?<!\S)@\w\S*")
_MAIL = re.compile(r"\S*(?:[ \t]*@[ \t]*\S*)+|\S+\s?\((?:at|собака)\)\s?\S+", re.I)
_NUMBER = re.compile(r"\+?\(?\d(?:[^\w\n]{0,3}\d){6,}|\d{5,}|\+\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_GAPS = re.compile(rf"{LEFT_OUT}(?:[\s,;:()-]*{LEFT_OUT})+")
_SENTENCE_ENDS = frozenset(".!?…\n")
_VOWELS_AT_THE_END = "аеиойуьыэюя"
_CASES = frozenset(
    {"", *"аеиоуыьйюя"}
    | {"ой", "ою", "ей", "ею", "ом", "ем", "ым", "им", "ью", "ам", "ям", "ах", "ях", "ов", "ев", "ья", "ье", "ьи", "ия",
       "ие", "ии", "ию", "ый", "ий", "ая", "яя", "ое", "ого", "его", "ому", "ему", "ами", "ями", "ыми", "ими", "ией",
       "ьей", "ин", "ина", "ино", "ины", "иной"}
)  # fmt: skip
"""How a Russian name or surname may end once its own last vowel is taken off: Анна, Анне, Анной; Петров, Петровым."""
_PATRONYMIC = re.compile(r"\w{3,}(?:ович|евич|ьич|овн|евн|иничн)(?:а|у|ем|е|ы|ой)?$")
_OFTEN_WORDS = """
    александр алексе альберт анатоли андре антон аркади арсени артем артур богдан борис вадим валенти валери васили виктор
    виталия витали владимир владислав всеволод вячеслав геннади георги герман глеб григори даниил данил денис дмитри евгени
    егор иван игор ильдар илья илия ильи игнат кирилл константин льв лев леонид максим марат марк матве михаил назар никит
    николай никола олег павел павл петр пет платон прохор рафаэл ринат роман руслан рустам савели семен серге станислав
    степан тимофе тимур федор филипп эдуард юри яков ярослав саш миш паш дим кол сереж алеш вов жен слав костик
    ален алин алис алл анастаси ангелин ан анн антонин валентин варвар вер вероник виктори галин дарь дария диан евгения
    екатерин елен елизавет жанн зинаид зо инн ирин карин кир ксени ларис лиди лили любов людмил маргарит марин мари мария
    марь надежд наталь наталия наташ нин оксан ольг ол полин раис регин римм светлан софи софь тамар тан татьян ул ульян
    фаин эльвир эмм юл юли яна ян лен кат наст маш даш олес гул айгул динар гузел
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald
    steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander patrick jack dennis jerry peter
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley emily
    donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela anna emma olivia
    sophia mike tom bob bill jim kate alice jane ann anne maria helen diana julia tim sam ben dan chris alex nick
"""
_OFTEN = frozenset(_OFTEN_WORDS.split())
"""First names without their last vowel: where they are written with a capital, they are somebody's."""
_CAPITALS = """
    i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december english russian
"""
_NOT_NAMES = frozenset(_CAPITALS.split())


class WithoutPersons:
    """Leaves persons out of texts: those whose names it was given, and whatever is written like a person.

    Parameters
    ----------
    names
        Names as they stand in the contact book or the CRM; of each every word counts, in all cases of Russian.
    keeps
        Words that may stand although they are written like names: the company's own offers, channels, cities.

    Examples
    --------
    >>> clean = WithoutPersons(["Пётр Смирнов"])
    >>> clean("просит замер, звонить Петру Смирнову на 8 (912) 345-67-89 или petr@example.com")
    'просит замер, звонить … на … или …'
    >>> clean("wants warm windows, ask for Kate, see vk.com/id77"), clean("гарантия 10 лет")
    ('wants warm windows, ask for …, see …', 'гарантия 10 лет')
    """

    def __init__(self, names: Iterable[str] = (), *, keeps: Iterable[str] = ()) -> None:
        words = {word for name in names for word in _words_of(name)}
        self._exact = frozenset(words)
        self._stems = frozenset(_stem(word) for word in words if len(word) >= 3)
        self._keeps = frozenset(word for one in keeps for word in _words_of(one)) - self._exact

    def __call__(self, text: str) -> str:
        """Return the text, an ellipsis in the place of every person; saying it again changes nothing."""
        for pattern in (_LINK, _HANDLE, _MAIL, _NUMBER):
            text = pattern.sub(LEFT_OUT, text)
        hidden = [match.span() for match in self._names_in(text)]
        for start, end in reversed(hidden):
            text = text[:start] + LEFT_OUT + text[end:]
        return _GAPS.sub(LEFT_OUT, text).strip()

    def _names_in(self, text: str) -> list[re.Match[str]]:
        found = list(_WORD.finditer(text))
        return [match for place, match in enumerate(found) if self._is_name(text, found, place)]

    def _is_name(self, text: str, found: list[re.Match[str]], place: int) -> bool:
        written = found[place].group()
        parts = [_folded(part) for part in re.split(r"['’-]", written)]
        if any(self._is_known(part) for part in (*parts, _folded(written))):
            return True
        if not written[0].isupper() or all(part in self._keeps or part in _NOT_NAMES for part in parts):
            return False
        if any(_is_of(part, _OFTEN) or _PATRONYMIC.match(part) for part in parts):
            return True
        if written.isupper() and len(written) > 1:
            return False  # an abbreviation, or somebody who shouts
        if not _begins_a_sentence(text, found[place].start()):
            return True
        following = found[place + 1] if place + 1 < len(found) else None
        beside = following is not None and text[found[place].end() : following.start()] == " "
        return bool(beside and following and following.group()[0].isupper() and not following.group().isupper())

    def _is_known(self, word: str) -> bool:
        return word in self._exact or _is_of(word, self._stems)


def _is_of(word: str, stems: frozenset[str]) -> bool:
    """Return whether a folded word is one of the stems in some case."""
    if word.isascii():
        return word in stems or (word.endswith("s") and word[:-1] in stems)
    cuts = range(max(len(word) - 4, 2), len(word) + 1)
    return any(word[cut:] in _CASES and word[:cut] in stems for cut in cuts)


def _stem(word: str) -> str:
    return word if word.isascii() else (word.rstrip(_VOWELS_AT_THE_END) or word)


def _words_of(name: str) -> list[str]:
    return [
        _folded(part) for word in _WORD.findall(name) for part in (word, *re.split(r"['’-]", word)) if len(part) > 1
    ]


def _folded(word: str) -> str:
    return word.casefold().replace("ё", "е")


def _begins_a_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"«“'(-–—")
    return not before or before[-1] in _SENTENCE_ENDS
