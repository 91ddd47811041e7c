"""Where received money goes: recirculation, rounds, leakage, flows."""
