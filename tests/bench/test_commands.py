"""Measured commands: their cost, and what a failing one has printed."""

import os
import subprocess
import sys

import pytest

from bench.commands import memory_of, run_measured
from bench.servers import BenchError


def test_a_command_takes_time_on_a_processor() -> None:
    cost = run_measured(["compileall", "--help"], "")
    assert cost.seconds > 0
    assert cost.cpu > 0


def test_the_output_of_a_failed_command_is_reported() -> None:
    with pytest.raises(BenchError, match=r"`python -m seed unknown` failed:\n(.*\n)*.*'unknown'"):
        run_measured(["seed", "unknown"], "")


def test_memory_includes_that_of_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert memory_of(os.getpid()) > memory_of(child.pid) > 0
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
    assert memory_of(child.pid) == 0
