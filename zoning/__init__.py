"""Cordon's engine: from case registers to cited, explained zones. `zoning.pipeline` is the path at a glance."""
