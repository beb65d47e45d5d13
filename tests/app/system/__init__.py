"""Tests of app.system."""
