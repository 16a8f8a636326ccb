"""Jobs: what runs by itself, and how often. The clock only knocks; the verbs decide what is due.

Any number of schedulers may run: what may happen once is held by keys in the database.
"""
