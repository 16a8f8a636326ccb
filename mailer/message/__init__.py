"""Messages: exact bytes for the wire, from a page and one reader's values (RFC 5322, 2045 to 2047).

Pure: no sockets, no clock. Every header is written and checked here, by us.
"""
