"""Tests of messages: the exact bytes that leave."""
