"""WADO-RS and WADO-URI: metadata, instances, frames, bulk data, pictures (PS3.18 sections 9, 10.4).

Every call names a study, and every call is decided by `StudyAccess`.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from adapters.dicomweb.accept import Accepted, accepted
from adapters.dicomweb.multipart import written
from gateway.api.dicomweb_search import dicom_json, get_route
from gateway.api.image_calls import ImageCall, image_call
from gateway.api.image_files import Drawing, FrameParts, PictureFormat
from gateway.errors import InvalidRequest, NotAcceptable, NotFound
from gateway.services.image_search import HeldImage

_BULK = b"@instance@"
_DICOM = "application/dicom"
_OCTETS = "application/octet-stream"
_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_THUMBNAIL, _LARGEST_PICTURE = 200, 4096
_FRAME_LIST = re.compile(r"\d{1,9}(,\d{1,9})*")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_KEEP = {"Cache-Control": "private, max-age=600"}
_PICTURE_TYPES: Mapping[str, PictureFormat] = {"image/jpeg": "JPEG", "image/png": "PNG"}


async def metadata(request: Request) -> Response:
    """The whole study, series or instance, never a page; from the store."""
    call = image_call(request)
    held = _some(await call.instances(request))
    study = request.path_params["study"]
    found = [
        each.metadata.replace(
            _BULK,
            f"{call.base_url}/studies/{study}/series/{each.series_uid}/instances/{each.sop_uid}".encode(),
        )
        for each in held
    ]
    return dicom_json(request, b"[" + b",".join(found) + b"]")


async def instances(request: Request) -> Response:
    """Files of a study, series or instance: as stored where `*` is accepted, else uncompressed."""
    call = image_call(request)
    held = _some(await call.instances(request))
    entry = _first_taken(request, _DICOM)
    syntax = entry.transfer_syntax or _EXPLICIT_LITTLE_ENDIAN
    if not entry.is_multipart:
        if len(held) > 1:
            raise NotAcceptable("several instances are answered as multipart/related only")
        content = await asyncio.to_thread(call.files.whole, held[0].object_name, syntax)
        return Response(content, headers=_KEEP, media_type=_DICOM)
    first = await asyncio.to_thread(call.files.whole, held[0].object_name, syntax)
    return _multipart(_DICOM, _whole_parts(call, held, syntax, first))


async def frames(request: Request) -> Response:
    """Frames as stored or decoded, each part with its media type and transfer syntax."""
    call = image_call(request)
    text = request.path_params["frames"]
    if not _FRAME_LIST.fullmatch(text):
        raise InvalidRequest("frames are numbers from 1, separated by commas")
    numbers = [int(number) for number in text.split(",")]
    (image,) = _some(await call.instances(request))[:1]
    return await _frames(request, call, image, numbers)


async def bulk_data(request: Request) -> Response:
    """A value that the metadata name by address, whole or a range of it."""
    call = image_call(request)
    (image,) = _some(await call.instances(request))[:1]
    place = request.path_params["place"]
    if _is_encapsulated_pixel_data(call, image, place):
        return await _frames(request, call, image, [])
    value = await asyncio.to_thread(call.files.bulk, image.object_name, place)
    entry = _first_taken(request, _OCTETS)
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    if wanted is not None:
        return _part_of(value, wanted, entry.is_multipart)
    if entry.is_multipart:
        return _multipart(_OCTETS, iter([({"Content-Type": _OCTETS}, value)]))
    return Response(value, headers={**_KEEP, "Accept-Ranges": "bytes"}, media_type=_OCTETS)


async def rendered(request: Request) -> Response:
    """JPEG or PNG; of a study or series the middle instance."""
    return await _picture(request, _LARGEST_PICTURE)


async def thumbnail(request: Request) -> Response:
    """A small JPEG or PNG."""
    return await _picture(request, _THUMBNAIL)


async def wado_uri(request: Request) -> Response:
    """One instance by WADO-URI: the file, or a picture of it."""
    call, query = image_call(request), request.query_params
    uids = [query.get(name, "") for name in ("studyUID", "seriesUID", "objectUID")]
    if query.get("requestType") != "WADO" or not uids[0] or not uids[2]:
        raise InvalidRequest("requestType=WADO, studyUID, seriesUID and objectUID are needed")
    found = await call.services.images.search.instances(
        call.viewer, uids[0], call.at, uids[1], uids[2]
    )
    (image,) = _some(found)[:1]
    content_type = query.get("contentType", "image/jpeg").partition(";")[0].strip()
    if content_type == _DICOM:
        syntax = query.get("transferSyntax", _EXPLICIT_LITTLE_ENDIAN)
        content = await asyncio.to_thread(call.files.whole, image.object_name, syntax)
        return Response(content, headers=_KEEP, media_type=_DICOM)
    picture_format = _PICTURE_TYPES.get(content_type)
    if picture_format is None:
        raise NotAcceptable("instances are given as application/dicom, image/jpeg or image/png")
    frame = _number(query.get("frame", query.get("frameNumber", "1")), "frame")
    drawing = Drawing(frame, None, _LARGEST_PICTURE, picture_format)
    picture = await asyncio.to_thread(call.files.picture, image.object_name, drawing)
    return Response(picture, headers=_KEEP, media_type=content_type)


async def _frames(
    request: Request, call: ImageCall, image: HeldImage, numbers: Sequence[int]
) -> Response:
    stored_type = call.files.media_type(_syntax_of(image))
    entry = _entry_for_frames(request, stored_type)
    as_stored = entry.takes_any_syntax or (entry.takes(stored_type) and stored_type != _OCTETS)
    found = await asyncio.to_thread(
        lambda: call.files.frames(image.object_name, numbers, as_stored=as_stored)
    )
    if entry.is_multipart or len(found.parts) > 1:
        return _multipart(found.media_type, _frame_parts(found))
    headers = {**_KEEP, "Content-Type": _frame_type(found)}
    return Response(found.parts[0], headers=headers)


def _entry_for_frames(request: Request, stored_type: str) -> Accepted:
    """The best entry that frames can satisfy: decoded samples, or the type they are stored in."""
    for entry in accepted(request.headers.get("accept", "")):
        if entry.takes(_OCTETS) or entry.takes(stored_type):
            return entry
    raise NotAcceptable(f"frames are given as {_OCTETS} or {stored_type}")


def _first_taken(request: Request, media_type: str) -> Accepted:
    for entry in accepted(request.headers.get("accept", "")):
        if entry.takes(media_type):
            return entry
    raise NotAcceptable(f"this is given as {media_type}, alone or in multipart/related")


async def _picture(request: Request, largest: int) -> Response:
    call = image_call(request)
    held = _some(await call.instances(request))
    image = held[len(held) // 2]
    media_type = _picture_type(request)
    query = request.query_params
    frame = _number(request.path_params.get("frames", "1"), "frame")
    size = min([largest, *_numbers(query.get("viewport", ""))[:2]])
    window = _numbers(query.get("window", ""))
    drawing = Drawing(
        frame,
        (window[0], window[1]) if len(window) == 2 and window[1] > 0 else None,  # noqa: PLR2004
        max(int(size), 1),
        _PICTURE_TYPES[media_type],
    )
    picture = await asyncio.to_thread(call.files.picture, image.object_name, drawing)
    return Response(picture, headers=_KEEP, media_type=media_type)


def _picture_type(request: Request) -> str:
    for entry in accepted(request.headers.get("accept", "")):
        for media_type in _PICTURE_TYPES:
            if entry.takes(media_type):
                return media_type
    raise NotAcceptable("pictures are given as image/jpeg or image/png")


def _numbers(text: str) -> list[float]:
    """The numbers of a comma-separated parameter; other parts of it are words and ignored."""
    found = []
    for part in text.split(","):
        try:
            found.append(float(part))
        except ValueError:
            continue
    return found


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise InvalidRequest(f"{name} must be one number from 1")
    return int(text[:9])


def _some(held: Sequence[HeldImage]) -> Sequence[HeldImage]:
    if not held:
        raise NotFound("the study holds no such series or instance")
    return held


def _syntax_of(image: HeldImage) -> str:
    values = orjson.loads(image.metadata).get("00083002", {}).get("Value") or [""]
    return str(values[0])


def _is_encapsulated_pixel_data(call: ImageCall, image: HeldImage, place: str) -> bool:
    return place == "7FE00010" and call.files.media_type(_syntax_of(image)) != _OCTETS


def _part_of(value: bytes, wanted: re.Match[str], in_parts: bool) -> Response:
    """One range of a value (RFC 9110 section 14), alone or as the one part of a multipart."""
    first, last = wanted[1], wanted[2]
    start = int(first) if first else max(len(value) - int(last or 0), 0)
    end = min(int(last), len(value) - 1) if first and last else len(value) - 1
    if start > end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(value)}"})
    headers = {**_KEEP, "Content-Range": f"bytes {start}-{end}/{len(value)}"}
    part = value[start : end + 1]
    if in_parts:
        answer = _multipart(_OCTETS, iter([({"Content-Type": _OCTETS}, part)]))
        answer.status_code = 206
        answer.headers["Content-Range"] = headers["Content-Range"]
        return answer
    return Response(part, 206, headers, media_type=_OCTETS)


def _frame_type(found: FrameParts) -> str:
    return f"{found.media_type}; transfer-syntax={found.transfer_syntax_uid}"


def _frame_parts(found: FrameParts) -> Iterator[tuple[Mapping[str, str], bytes]]:
    headers = {"Content-Type": _frame_type(found)}
    return ((headers, part) for part in found.parts)


def _whole_parts(
    call: ImageCall, held: Sequence[HeldImage], syntax: str, first: bytes
) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """File after file, so that memory holds one at a time."""
    headers = {"Content-Type": _DICOM}
    yield headers, first
    for image in held[1:]:
        yield headers, call.files.whole(image.object_name, syntax)


def _multipart(media_type: str, parts: Iterator[tuple[Mapping[str, str], bytes]]) -> Response:
    boundary = secrets.token_hex(16)
    content_type = f'multipart/related; type="{media_type}"; boundary={boundary}'
    return StreamingResponse(
        written(boundary, parts), headers={**_KEEP, "Content-Type": content_type}
    )


_STUDY = "/studies/{study}"
_SERIES = f"{_STUDY}/series/{{series}}"
_INSTANCE = f"{_SERIES}/instances/{{instance}}"
routes: tuple[Route, ...] = (
    get_route("/wado", wado_uri),
    *(
        get_route(f"{level}{end}", endpoint)
        for level in (_STUDY, _SERIES, _INSTANCE)
        for end, endpoint in (
            ("", instances), ("/metadata", metadata), ("/rendered", rendered),
            ("/thumbnail", thumbnail),
        )
    ),
    get_route(f"{_INSTANCE}/frames/{{frames}}", frames),
    get_route(f"{_INSTANCE}/frames/{{frames}}/rendered", rendered),
    get_route(f"{_INSTANCE}/bulkdata/{{place}}", bulk_data),
)  # fmt: skip
