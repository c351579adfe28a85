"""The HTTP rim: one router per purpose, one table of scopes, one translation of errors."""
