"""Settings: read once from a TOML file and the environment into frozen values.

All faults are found before any of them is reported.
"""
