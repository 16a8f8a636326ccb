"""Whole stories through real doors, and real processes that are killed."""
