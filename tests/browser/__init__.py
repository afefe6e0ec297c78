"""Tests that drive Chromium over a served page."""
