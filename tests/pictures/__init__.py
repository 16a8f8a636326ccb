"""Pictures: fetched, developed, kept, let go."""
