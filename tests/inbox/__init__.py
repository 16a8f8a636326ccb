"""The inbox: real SMTP in, real HTTP out, and a look at it with a browser."""
