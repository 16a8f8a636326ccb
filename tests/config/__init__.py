"""Settings, as an owner writes them."""
