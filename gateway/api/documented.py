"""Requests described for OpenAPI, where the endpoint reads the body itself."""

from typing import Any

from pydantic import BaseModel

SCHEMAS = "#/components/schemas/"


def accepts(model: type[BaseModel]) -> dict[str, Any]:
    """The request body of an operation, by reference to its schema."""
    content = {"application/json": {"schema": {"$ref": SCHEMAS + model.__name__}}}
    return {"requestBody": {"required": True, "content": content}}
