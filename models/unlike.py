"""Whether a lead is unlike those that a model learned from: it stands where hardly any of them stood."""

from __future__ import annotations

from features.rows.feature import FeatureRow
from models.purchase_model import PurchaseModel
from models.score import FEWEST_LEADS


class Strangers:
    """Knows in which cells of a model fewer than twenty training leads stood, or only levels too rare for one of their own.

    Examples
    --------
    >>> from models.purchase_model import FieldCells, Part
    >>> who = FieldCells("who", levels=("owner", "tenant"))
    >>> model = PurchaseModel([who], [Part(("who",), (0.1, 0.2, 0.0, 0.0), (120, 80, 40, 3), (4, 12, 1, 0))])
    >>> strangers = Strangers(model)
    >>> strangers.are_there({"who": "owner"}), strangers.are_there({"who": "a new word"}), strangers.are_there({})
    (False, True, True)
    """

    def __init__(self, model: PurchaseModel) -> None:
        counts = {part.features[0]: part.leads for part in model.parts if len(part.features) == 1}
        self._model = model
        self._few = [
            [
                leads < FEWEST_LEADS or (cells.levels is not None and place == cells.missing - 1)
                for place, leads in enumerate(counts.get(cells.feature, [FEWEST_LEADS] * cells.count))
            ]
            for cells in model.cells
        ]

    @property
    def few(self) -> dict[str, list[bool]]:
        """Return for each feature in which of its cells hardly any lead stood."""
        return {cells.feature: few for cells, few in zip(self._model.cells, self._few, strict=True)}

    def are_there(self, row: FeatureRow) -> bool:
        """Return whether a row stands in such a cell of any feature."""
        return any(few[place] for few, place in zip(self._few, self._model.places(row), strict=True))
