"""The jobs' tests live in the same small world as the whole stories."""

from tests.system.conftest import world

__all__ = ["world"]
