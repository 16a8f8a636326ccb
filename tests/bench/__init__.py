"""The programs that measure: each runs, in its smallest size."""
