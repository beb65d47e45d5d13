"""Tests of app.listing."""
