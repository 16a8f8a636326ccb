"""The built-in inbox: takes every letter by SMTP, delivers none, and shows them in a browser."""
