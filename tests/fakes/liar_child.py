"""A confined child that was taken over: it answers each question with the octets it was sent."""

import json
import sys

for line in sys.stdin.buffer:
    sys.stdout.buffer.write(sys.stdin.buffer.read(json.loads(line)["octets"]))
    sys.stdout.buffer.flush()
