"""The store: all SQL, one file per aggregate, values in and values out.

Never decides and never calls a verb. `Store.write()` and `Store.read()` open transactions; none
of them may be held while talking to a network.
"""
