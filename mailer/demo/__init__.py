"""The whole program on one machine: a sample site, an inbox, and the story they tell."""
