"""Sweeps: everything is asked for, and compared with what it must be the same as."""
