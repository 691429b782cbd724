"""Which of the rarer things histories made the model do: what never happens is not tested."""
import collections

SEEN = collections.Counter()
WANTED = ("down", "no_data", "regional", "degraded", "degraded by first attempts",
          "degraded by a condition of the round", "regions show different facts",
          "an edge is far away", "down held by flapping", "down ended by others",
          "blind region", "burn rate", "burn rate beyond 7 h", "burn rate not known",
          "threshold", "common cause", "dependency", "dependency that ended first", "storm",
          "storm that left pages", "start in a storm", "escalation", "escalation kept back",
          "window that came again", "silence", "shadow", "pause", "start")


def note(what):
    SEEN[what] += 1
