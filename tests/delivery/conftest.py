"""The ledger's tests live in the same small world as the whole stories."""

from tests.system.conftest import both_worlds, world

__all__ = ["both_worlds", "world"]
