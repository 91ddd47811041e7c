"""The HTTP service: parses requests, calls the domain, presents the answers."""
