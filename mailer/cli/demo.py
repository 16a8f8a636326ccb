"""`mailer demo`: the whole story on this machine, to look at or played through."""
