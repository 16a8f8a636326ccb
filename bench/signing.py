"""How often the cores can sign with RSA-2048, and do nothing else. Prints one line of JSON."""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor

from mailer.config.settings import DkimSettings, Secret
from mailer.message.sign import Signer
from mailer.message.signing_key import generate_rsa, load_keys

FIELDS = [b"From: <a@example.org>\r\n"]


def sign(pem: str, count: int) -> None:
    """Sign so many times."""
    [key] = load_keys([DkimSettings("example.org", "bench", Secret(pem))])
    signer = Signer([key])
    for number in range(count):
        signer.signature(FIELDS, number.to_bytes(32, "big"), 0)


def main() -> None:
    """Sign on so many cores."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--signatures", type=int, default=10_000)
    options.add_argument("--processes", type=int, default=2)
    wanted = options.parse_args()
    pem = generate_rsa()
    share = wanted.signatures // wanted.processes
    with ProcessPoolExecutor(wanted.processes) as pool:
        list(pool.map(sign, [pem] * wanted.processes, [1] * wanted.processes))
        before = time.perf_counter()
        list(pool.map(sign, [pem] * wanted.processes, [share] * wanted.processes))
        seconds = time.perf_counter() - before
    messages = share * wanted.processes
    print(
        json.dumps(
            {
                "name": "raw signing",
                "messages": messages,
                "seconds": seconds,
                "cpu_seconds": seconds * wanted.processes,
                "peak_rss_kb": 0,
            }
        )
    )


if __name__ == "__main__":
    main()
