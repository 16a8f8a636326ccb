"""The command line: text in, one verb, text out. Rules live in the rooms.

Commands are loaded when they are called, so that the small ones start at once.
"""
