"""The JSON routes, one file a topic. A route parses, calls, presents."""
