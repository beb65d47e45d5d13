"""Benchmarks: throughput against other servers, latency by data size, memory and start-up time."""
