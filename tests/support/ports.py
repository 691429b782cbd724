"""Ports for programs that cannot choose one themselves."""
import random
import socket

# Below those that the system gives away, to connections and to listeners on port 0.
RANGE = range(20000, 32000)


def free_port():
    """A port of 127.0.0.1 on which nobody listens at this moment."""
    for port in random.SystemRandom().sample(RANGE, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError(f"no free port in {RANGE}")
