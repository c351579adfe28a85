"""Shapes of requests and answers at the HTTP rim, as the interfaces fix them."""
