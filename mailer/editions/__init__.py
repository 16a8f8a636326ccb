"""Editions: which stories one newsletter brings in one slot, in which order, and why.

Never renders and never sends. Verbs: compose, approve. Tables: newsletter, source, edition, piece.
"""
