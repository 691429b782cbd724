"""Which of the rarer things histories made the model do: what never happens is not tested."""
import collections

SEEN = collections.Counter()
WANTED = ("down", "no_data", "regional", "degraded", "degraded by first attempts",
          "down held by flapping", "blind region", "burn rate", "threshold", "common cause",
          "dependency", "silence", "shadow", "start")


def note(what):
    SEEN[what] += 1
