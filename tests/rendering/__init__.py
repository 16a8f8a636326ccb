"""Tests of rendering: views, text, templates, pages."""
