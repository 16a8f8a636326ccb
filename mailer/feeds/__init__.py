"""Feeds: fetch them politely, read what they say, keep each article once.

Never decides what a reader gets. Verbs: gather. Tables: feed, article.
"""
