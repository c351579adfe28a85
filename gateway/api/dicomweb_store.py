"""STOW-RS (PS3.18 section 10.5): each part is kept as C-STORE keeps an object, then answered."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.dicomweb.multipart import MalformedMultipart, PartReader, boundary_of, part_type_of
from adapters.dicomweb.store_answer import StoredPart, answer, http_status
from gateway.api.callers import authorized
from gateway.api.dicomweb_search import DICOM_JSON
from gateway.api.hot_route import HotRoute
from gateway.api.image_calls import PREFIX, ImageCall, image_call
from gateway.api.problem import Problem, RefusedRequest
from gateway.canonical.directory import Sender
from gateway.canonical.times import local_date
from gateway.errors import AccessDenied

_DICOM = "application/dicom"
MAX_PART_BYTES = 1 << 30
_NOT_MULTIPART = Problem(
    415, "unsupported_media_type", "Not a STOW-RS request",
    'send multipart/related; type="application/dicom"; boundary=…',
)  # fmt: skip


async def store(request: Request) -> Response:
    """POST /studies and /studies/{study}."""
    authorized(request)
    call = image_call(request)
    sender = _sender(call)
    parts = [
        await _kept(call, sender, content, request.path_params.get("study", ""))
        async for content in _contents(request)
    ]
    if not parts:
        raise RefusedRequest(_malformed("the body holds no part"))
    body = orjson.dumps(answer(parts, call.base_url))
    return Response(body, http_status(parts), headers={"Content-Type": DICOM_JSON})


async def _kept(call: ImageCall, sender: Sender, content: bytes, study: str) -> StoredPart:
    kept = await asyncio.to_thread(call.files.store, content, sender, call.at)
    # An object that is held stays held; the client is told that it stands in another study.
    is_elsewhere = bool(study and kept.study_instance_uid and kept.study_instance_uid != study)
    status = 0xB000 if is_elsewhere and kept.status == 0 else kept.status
    return StoredPart(
        kept.sop_class_uid, kept.sop_instance_uid, kept.study_instance_uid,
        kept.series_instance_uid, status,
    )  # fmt: skip


def _sender(call: ImageCall) -> Sender:
    """The caller's institution as a sender; it must be registered today."""
    code = call.viewer.caller.institution
    registered = call.services.registry.current.institution(code, local_date(call.at))
    if registered is None:
        raise AccessDenied("the institution is not registered")
    return Sender(registered.code, registered.charset, registered.time_zone)


async def _contents(request: Request) -> AsyncIterator[bytes]:
    content_type = request.headers.get("content-type", "")
    is_multipart = content_type.lower().startswith("multipart/related")
    if not is_multipart or part_type_of(content_type) not in (_DICOM, ""):
        raise RefusedRequest(_NOT_MULTIPART)
    try:
        reader = PartReader(boundary_of(content_type), MAX_PART_BYTES)
        async for chunk in request.stream():
            for content in reader.feed(chunk):
                yield content
        reader.end()
    except MalformedMultipart as error:
        raise RefusedRequest(_malformed(str(error))) from None
    except OverflowError:
        raise RefusedRequest(_TOO_LARGE) from None


_TOO_LARGE = Problem(413, "too_large", "Part too large", f"at most {MAX_PART_BYTES} bytes a part")


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed_multipart", "Malformed multipart message", detail)


routes: tuple[Route, ...] = (
    HotRoute(f"{PREFIX}/studies", store, methods=["POST"]),
    HotRoute(f"{PREFIX}/studies/{{study}}", store, methods=["POST"]),
)
