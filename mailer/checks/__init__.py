"""Checks: what a mail must have before anybody gets it. Stop holds it, Look tells, Ready lets go.

Pure decisions about one rendered mail; nothing is fetched and no browser is asked.
"""
