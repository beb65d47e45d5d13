"""Metrics of the responses, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram

_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
_LABELS = ("method", "route", "status")


class Metrics:
    """Counts and durations by method, route and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests answered.", _LABELS, registry=self.registry
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time from the request to the last byte of the answer.",
            _LABELS,
            registry=self.registry,
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one response."""
        # A client can send any method, and each would add a label for good.
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, status).inc()
        self._duration.labels(method, route, status).observe(seconds)
