"""Opening the images of a report in the full viewer, where it is installed (`make viewer`)."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.callers import Authorized
from gateway.api.json_answers import json_response

router = APIRouter(tags=["images"])
MOUNT = "/viewer"
_OCTETS = "application/octet-stream"
#: The viewer compiles its decoders (WebAssembly), runs them in workers, and sets styles itself.
#: Like every page it talks to this server only.
_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'", "img-src 'self' blob: data:",
        "font-src 'self' data:", "connect-src 'self' blob: data:", "worker-src 'self' blob:",
        "manifest-src 'self'", "base-uri 'self'", "form-action 'none'", "frame-ancestors 'self'",
    )
)  # fmt: skip


@router.post("/api/v1/reports/{report_id}/viewer", summary="Open the images in the full viewer")
async def open_viewer(report_id: str, call: Authorized) -> Response:
    """A token for the images of this report alone, and the address that opens them.

    `url` is null where the viewer is not installed; the token opens DICOMweb all the same. It
    stands in the fragment, which no server and no log ever sees.
    """
    grant = await call.services.images.access.grant(report_id, call.caller, call.at)
    token, expires = call.services.images.view_tokens.issue(grant, call.at)
    studies = ",".join(grant.study_uids)
    url = f"{MOUNT}/viewer?StudyInstanceUIDs={studies}&lng=zh-CN#token={token}"
    return json_response(
        {
            "url": url if call.options.viewer_folder is not None else None,
            "token": token,
            "expires_at": expires,
            "studies": list(grant.study_uids),
        }
    )


class ViewerFiles:
    """The installed files; a path of the viewer's own routes answers its page."""

    def __init__(self, folder: Path) -> None:
        self._files: ASGIApp = StaticFiles(directory=folder, html=True)
        self._packed_names = frozenset(
            f"/{path.relative_to(folder).with_suffix('').as_posix()}"
            for path in folder.rglob("*.gz")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_page = not Path(path).suffix
        name = "/index.html" if is_page else path
        packed = self._packed(scope, name)
        scope = {**scope, "path": f"{scope.get('root_path', '')}{name}{'.gz' if packed else ''}"}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Vary"] = "Accept-Encoding"
                if packed:
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Type"] = mimetypes.guess_type(name)[0] or _OCTETS
                is_config = path.endswith("app-config.js")
                headers["Cache-Control"] = "no-cache" if is_page or is_config else "max-age=86400"
            await send(message)

        await self._files(scope, receive, with_headers)

    def _packed(self, scope: Scope, name: str) -> bool:
        """Whether the copy that the installer packed can be answered."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        return "gzip" in accepted and name in self._packed_names
