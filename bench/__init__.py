"""Benchmarks: a ratio measured side by side in one run, after checking that both sides give the same answer."""
