"""The demo: its newsrooms, its sample site, and the whole story."""
