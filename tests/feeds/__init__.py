"""Feeds: fetched, understood, cleaned, kept."""
