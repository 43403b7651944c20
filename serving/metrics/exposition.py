"""Writes the figures as Prometheus reads them; the one file that knows its library, which is loaded at the first scrape.

| metric | labels | says |
|---|---|---|
| leadloop_requests_total | method, route, status | requests answered |
| leadloop_request_seconds | method, route | how long they took (histogram) |
| leadloop_scores_total | grade, by | scores that left the house; by: model or rules |
| leadloop_intake_group_size | | how many requests a transaction stored (histogram) |
| leadloop_intake_waiting | | requests that wait to be stored, in the worker that answers |
| leadloop_board_behind_facts | | storage numbers that the queue's board has not read yet, in the worker that answers |
| leadloop_model_serves | version | 1: this model serves; version "rules": there is none |
| leadloop_model_learned_until_timestamp_seconds | | up to when the champion learned |
| leadloop_database_up | | 1: the database answers |
| leadloop_outbox_letters | destination, state | letters that wait, are being sent, or need a person (dead) |
| leadloop_outbox_oldest_waiting_seconds | | how long the oldest letter has waited |
| leadloop_duty_last_success_timestamp_seconds | duty | when the worker last did a duty |
| leadloop_duty_every_seconds | duty | how often it is due |
| leadloop_duty_failures | duty | how often in a row it has failed |
| process_resident_memory_bytes and other process_... | | of the worker that answers |
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import Any

from serving.metrics.standing import InTheDatabase, Standing
from serving.telemetry.counts import SECONDS, SIZES, Counted, Sums


def written(counted: Counted, standing: Standing, waiting: int, accept: str) -> tuple[bytes, str]:
    """Return the text in the form that the asker accepts, and its content type."""
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry()
    registry.register(_Figures(counted, standing, waiting))
    ProcessCollector(registry=registry)
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


class _Figures:
    """What a registry collects from."""

    def __init__(self, counted: Counted, standing: Standing, waiting: int) -> None:
        self._counted, self._standing, self._waiting = counted, standing, waiting

    def collect(self) -> Iterator[Any]:
        """Yield every family."""
        yield from self._requests()
        yield from self._intake()
        yield from self._house()
        if self._standing.stored is not None:
            yield from self._stored(self._standing.stored)

    def _requests(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        total = CounterMetricFamily("leadloop_requests", "Requests answered.", labels=["method", "route", "status"])
        took = HistogramMetricFamily("leadloop_request_seconds", "How long requests took.", labels=["method", "route"])
        by_route: dict[tuple[str, str], Sums] = {}
        for key, sums in self._counted["requests"].items():
            method, status, route = key.split(" ", 2)
            total.add_metric([method, route, status], sum(sums[:-1]))
            before = by_route.get((method, route))
            by_route[method, route] = sums if before is None else [a + b for a, b in zip(before, sums, strict=True)]
        for labels, sums in by_route.items():
            took.add_metric(list(labels), *_buckets(SECONDS, sums))
        scores = CounterMetricFamily("leadloop_scores", "Scores that left the house.", labels=["grade", "by"])
        for key, count in self._counted["scores"].items():
            scores.add_metric(key.split(" "), count)
        yield from (total, took, scores)

    def _intake(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

        sizes = HistogramMetricFamily("leadloop_intake_group_size", "Requests stored in one transaction.")
        sizes.add_metric([], *_buckets(SIZES, self._counted["groups"][""]))
        yield sizes
        yield GaugeMetricFamily("leadloop_intake_waiting", "Requests that wait to be stored.", self._waiting)

    def _house(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        standing = self._standing
        if standing.behind is not None:
            words = "Storage numbers that the board of the queue has not read yet."
            yield GaugeMetricFamily("leadloop_board_behind_facts", words, standing.behind)
        serves = GaugeMetricFamily("leadloop_model_serves", "The model that serves.", labels=["version"])
        serves.add_metric([standing.model_version or "rules"], 1)
        yield serves
        if standing.learned_until is not None:
            yield GaugeMetricFamily(
                "leadloop_model_learned_until_timestamp_seconds", "Up to when the champion learned.",
                standing.learned_until.timestamp(),
            )  # fmt: skip
        yield GaugeMetricFamily("leadloop_database_up", "Whether the database answers.", standing.stored is not None)

    def _stored(self, stored: InTheDatabase) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        letters = GaugeMetricFamily("leadloop_outbox_letters", "Letters not sent.", labels=["destination", "state"])
        for labels, count in stored.letters.items():
            letters.add_metric(list(labels), count)
        yield letters
        since, moment = stored.oldest_waits_since, self._standing.moment
        age = 0.0 if since is None else (moment - since).total_seconds()
        yield GaugeMetricFamily("leadloop_outbox_oldest_waiting_seconds", "Age of the oldest waiting letter.", age)
        success = GaugeMetricFamily(
            "leadloop_duty_last_success_timestamp_seconds", "When a duty was last done.", labels=["duty"]
        )
        every = GaugeMetricFamily("leadloop_duty_every_seconds", "How often a duty is due.", labels=["duty"])
        failures = GaugeMetricFamily("leadloop_duty_failures", "Failures of a duty in a row.", labels=["duty"])
        for one in stored.duties:
            if one.succeeded_at is not None:
                success.add_metric([one.name], one.succeeded_at.timestamp())
            every.add_metric([one.name], one.every.total_seconds())
            failures.add_metric([one.name], one.failures)
        yield from (success, every, failures)


def _buckets(ends: tuple[float, ...], sums: Sums) -> tuple[list[tuple[str, float]], float]:
    """Return the buckets as Prometheus counts them, each with those below it, and the sum.

    >>> _buckets((1, 2), [3.0, 1.0, 1.0, 9.0])
    ([('1.0', 3.0), ('2.0', 4.0), ('+Inf', 5.0)], 9.0)
    """
    below, buckets = 0.0, []
    for end, count in zip((*ends, float("inf")), sums[:-1], strict=True):
        below += count
        buckets.append(("+Inf" if isinf(end) else str(float(end)), below))
    return buckets, sums[-1]
