"""Subscribers: who asked for which newsletter, in which words, and whether they may be mailed.

Never sends anything: what a person is to be told becomes a row in the delivery ledger.
Verbs: signup (subscribe, confirm, leave). Tables: subscriber, subscription, consent_wording,
consent_event, suppression.
"""
