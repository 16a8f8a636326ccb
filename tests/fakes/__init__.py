"""Real protocols, in process, that do what a test tells them to."""
