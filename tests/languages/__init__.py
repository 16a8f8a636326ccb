"""Words, dates and plural forms."""
