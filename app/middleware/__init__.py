"""Middleware: the layers that every request passes on its way in and out."""
