"""How people are told of alarms: in which words, who is due to hear what, and what became of it."""
