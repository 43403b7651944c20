"""Between which shares the true one lies, after so many were counted."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054


def wilsons_interval(count: float, of: float) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share (Wilson 1927, JASA 22:209-212); (0, 1) where nothing was counted.

    A count may hold parts of a thing, such as leads that are counted by their chance.

    >>> low, high = wilsons_interval(15, 148)  # Newcombe 1998, Statistics in Medicine 17:857-872, table I: 0.0624-0.1605
    >>> round(low, 4), round(high, 4)
    (0.0624, 0.1605)
    >>> wilsons_interval(0, 7)[0], wilsons_interval(10, 10)[1]  # the share itself, not the rounding of its sum
    (0.0, 1.0)
    """
    if not of:
        return 0.0, 1.0
    share, scale = count / of, 1 + Z95**2 / of
    centre = (share + Z95**2 / (2 * of)) / scale
    half = Z95 / scale * sqrt(share * (1 - share) / of + Z95**2 / (4 * of * of))
    return max(min(centre - half, share), 0.0), min(max(centre + half, share), 1.0)
