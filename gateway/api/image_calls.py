"""Who calls DICOMweb: the holder of a token whose role opens the route, or of a view token."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.access_table import ACCESS, require_any_scope
from gateway.api.callers import authorized, options_of, services_of
from gateway.api.error_responses import route_of
from gateway.api.image_files import ImageFiles
from gateway.api.options import ApiOptions
from gateway.services.directory import Services
from gateway.services.image_search import HeldImage
from gateway.services.study_access import Viewer

PREFIX = "/dicom-web"
_BEARER = "bearer "
#: A browser viewer of another origin may call with its token, which no browser adds by itself.
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Authorization, Accept, Range, Content-Type"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-expose-headers", b"Content-Range, Content-Length, Warning"),
    (b"access-control-max-age", b"600"),
)
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class ImageCall:
    """One authorized request for images; base_url is where DICOMweb is served, absolute."""

    services: Services
    options: ApiOptions
    viewer: Viewer
    at: datetime
    base_url: str

    @property
    def files(self) -> ImageFiles:
        """The stored files."""
        return self.options.images

    async def instances(self, request: Request) -> list[HeldImage]:
        """The instances that the path names; see `ImageSearch.instances`."""
        path = request.path_params
        return await self.services.images.search.instances(
            self.viewer, path["study"], self.at, path.get("series", ""), path.get("instance", "")
        )


def image_call(request: Request) -> ImageCall:
    """The call; raises `Unauthenticated` or `AccessDenied`."""
    services, options = services_of(request), options_of(request)
    at = services.clock()
    base_url = _base_url(request)
    header = request.headers.get("authorization", "")
    is_bearer = header.lower().startswith(_BEARER)
    token = header[len(_BEARER) :].strip() if is_bearer else ""
    grant = services.images.view_tokens.verify(token, at) if token else None
    if grant is None:
        return ImageCall(services, options, Viewer(authorized(request).caller), at, base_url)
    require_any_scope(grant.caller.role, ACCESS[request.method, route_of(request.scope)])
    return ImageCall(services, options, Viewer(grant.caller, grant), at, base_url)


def _base_url(request: Request) -> str:
    """Where the caller reached us. A widespread client leaves the port out of its Host header,
    which shows where the name it gives is the address that we listen on."""
    url = request.base_url
    host, port = request.scope.get("server") or ("", None)
    if url.port is None and port is not None and url.hostname == host:
        url = url.replace(port=port)
    return f"{str(url).rstrip('/')}{PREFIX}"


class DicomwebHeaders:
    """CORS on every answer of DICOMweb, refusals included, and the Warning of a refusal.

    Not where tokens are switched off: there a foreign page could act as anybody.
    """

    def __init__(self, app: ASGIApp, auth: str) -> None:
        self._app = app
        self._is_open = auth == "token"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX) or not self._is_open:
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_CORS]
                if message["status"] >= _REFUSED:
                    warning = b'299 recognition-gateway "refused; the body says why"'
                    message["headers"].append((b"warning", warning))
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)
