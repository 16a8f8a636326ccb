"""What this process and those it waited for have taken of the machine."""

import resource

BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def cpu_seconds() -> float:
    """Return the processor's time so far, ours and the kernel's for us."""
    found = [resource.getrusage(who) for who in BOTH]
    return sum(one.ru_utime + one.ru_stime for one in found)


def peak_kb() -> int:
    """Return the most memory that one of them has had, in kilobytes."""
    return max(resource.getrusage(who).ru_maxrss for who in BOTH)
