"""Rendering: pages out of editions, once per variant, never once per reader.

What differs from reader to reader is left as a slot. Verbs: render. Tables: page.
"""
