"""Web: the form, the pages behind the links in mails, the archive of past editions.

Translates requests into calls of the signup verb and rows into pages; no rule lives here. State
changes on POST alone.
"""
