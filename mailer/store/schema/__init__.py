"""The tables, a file for each subject; `store/tables.py` has all of them by one name."""
