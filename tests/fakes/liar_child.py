"""A confined child that was taken over: it answers each question with the octets it was sent.

A question without any is answered with the name in it.
"""

import json
import sys

for line in sys.stdin.buffer:
    head = json.loads(line)
    sys.stdout.buffer.write(sys.stdin.buffer.read(head["octets"]) or head["name"].encode())
    sys.stdout.buffer.flush()
