"""The word that goes with a number: 1 lead and 2 leads, 1 заявка, 2 заявки and 5 заявок.

Which form a number asks for is the rule of Unicode's CLDR for cardinals; Russian fractions take the second form.
"""

from __future__ import annotations


class Counted(str):
    """A number as it is written, which knows how many it is, so that a sentence can say the right word with it.

    What a sentence asks of it are the forms, with | between them: two in English, three in Russian. # is the number.

    >>> "{n:# lead was|# leads were} read".format(n=Counted("1", 1, "en"))
    '1 lead was read'
    >>> [f"{Counted(str(n), n, 'ru'):# заявка|# заявки|# заявок}" for n in (1, 3, 12, 21, 40)]
    ['1 заявка', '3 заявки', '12 заявок', '21 заявка', '40 заявок']
    >>> f"{Counted('1,5', 1.5, 'ru'):# продажа|# продажи|# продаж}", f"{Counted('1.0', 1, 'en'):# sale|# sales}"
    ('1,5 продажи', '1.0 sales')
    """

    __slots__ = ("_language", "_value")
    _language: str
    _value: float

    def __new__(cls, written: str, value: float, language: str) -> Counted:
        """Return ``written``, which is ``value`` in the language in which it is written."""
        made = super().__new__(cls, written)
        made._value, made._language = value, language
        return made

    def __format__(self, forms: str) -> str:
        """Return the form that goes with the number; without forms the number alone."""
        if "|" not in forms:
            return super().__format__(forms)
        return forms.split("|")[self._place()].replace("#", str(self))

    def _place(self) -> int:
        has_fraction = ("." if self._language == "en" else ",") in self
        many = round(abs(self._value))
        if self._language == "en":
            return 0 if many == 1 and not has_fraction else 1
        if has_fraction:
            return 1
        ones, tens = many % 10, many % 100
        if ones == 1 and tens != 11:
            return 0
        return 1 if 2 <= ones <= 4 and not 12 <= tens <= 14 else 2


def counted(many: int, word: str, words: str | None = None) -> str:
    """Return a whole number with its English word; ``words`` are those of more than one, where an s does not make them.

    >>> counted(1, "sale"), counted(2400, "sale"), counted(2, "letter was", "letters were")
    ('1 sale', '2,400 sales', '2 letters were')
    """
    return f"{many:,} {word if many == 1 else words or f'{word}s'}"
