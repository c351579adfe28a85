"""A plain route that tells its template in the scope, as FastAPI's own routes do."""

from starlette.routing import Match, Route
from starlette.types import Scope


class HotRoute(Route):
    """A route without FastAPI's work per request; access table and metrics need its template."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette's, with the route itself added to what the endpoint is given."""
        match, child = super().matches(scope)
        return match, child if match is Match.NONE else {**child, "route": self}
