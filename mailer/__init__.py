"""Mailer: newsletter subscriptions and feed digests, self-hosted.

The rooms, in the order of a newsletter's life: subscribers, feeds, editions, rendering, message,
delivery. Below them all SQL lives in store. The doors are web, cli, jobs, inbox and demo.
`docs/architecture.md` has the floor plan; a contract in pyproject.toml holds it.
"""
