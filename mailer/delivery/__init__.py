"""Delivery: a ledger row per reader and slot, and the conversation that settles it.

Never decides what is in a mail. Verbs: plan, send. Tables: delivery, sender.
"""
