"""Pictures of stories: fetched once, cropped and encoded anew, kept here and served by us.

Never: the original's address in a mail, a picture as it came, a digest that waits for one.
Verb: illustrate. Tables: picture, illustration.
"""
