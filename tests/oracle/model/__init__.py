"""What Picket should conclude from a history, computed a second time.

Written from docs/reference/evaluation.md and delivery.md, not from the C++: it remembers whole
histories and asks them again at each moment, where the controller keeps counters and queues.
Times are Unix milliseconds, spans are milliseconds.
"""
