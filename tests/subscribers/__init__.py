"""Signing up, confirming, leaving."""
