"""Faults made on purpose while the load is on: planned from a seed, made one at a time, each shown to have bitten."""
