
sequence_gap
expected 7send from 7 