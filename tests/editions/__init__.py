"""Slots, choice and order of stories, and the moves of an edition."""
