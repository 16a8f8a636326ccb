"""The tests mirror mailer/; system/ has whole stories, house/ our rules, fakes/ the wire."""
