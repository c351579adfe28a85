"""Real servers and tools for the tests, on free loopback ports, without Docker and without root."""
