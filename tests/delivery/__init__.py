"""The ledger, and the conversation that settles it."""
