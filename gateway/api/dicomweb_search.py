"""QIDO-RS: search for studies, series and instances (PS3.18 section 10.6)."""

import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.dicomweb import results
from adapters.dicomweb.matching import matches
from adapters.dicomweb.query import InvalidQuery, Query, query_of
from gateway.api.hot_route import HotRoute
from gateway.api.image_calls import PREFIX, ImageCall, image_call
from gateway.errors import InvalidRequest
from gateway.services.image_search import HeldImage, StudySearch

Json = dict[str, Any]
DICOM_JSON = "application/dicom+json"
_EXACT_CHARACTERS = "*?\\"
_SMALLEST_WORTH_PACKING = 2048
_PACKING_LEVEL = 1
#: Studies that a search of series or instances without a study looks into.
_STUDIES_LOOKED_INTO = 200


def get_route(path: str, endpoint: Callable[..., Any]) -> Route:
    """A hot route that answers GET and nothing else."""
    route = HotRoute(f"{PREFIX}{path}", endpoint, methods=["GET"])
    route.methods = {"GET"}
    return route


def dicom_json(request: Request, body: bytes, ignored: Sequence[str] = ()) -> Response:
    """DICOM JSON without a charset parameter, packed where the client takes it.

    The exact media type matters: a widespread client reads an empty answer from any other.
    """
    headers = {"Vary": "Accept-Encoding"}
    if ignored:
        headers["Warning"] = '299 recognition-gateway "parameters that are no attribute: ignored"'
    accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
    if accepts_gzip and len(body) >= _SMALLEST_WORTH_PACKING:
        body = gzip.compress(body, _PACKING_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=DICOM_JSON)


async def search_studies(request: Request) -> Response:
    """GET /studies."""
    call, query = image_call(request), _query(request, studies=True)
    found = await call.services.images.search.studies(call.viewer, _study_search(query), call.at)
    answers = [
        results.study_result(
            each.attributes,
            results.Counts(each.modalities, each.series, each.instances),
            query,
            f"{call.base_url}/studies/{each.study_uid}",
        )
        for each in found
    ]
    return _answer(request, answers, query)


async def search_series(request: Request) -> Response:
    """GET /studies/{study}/series, and /series."""
    call, query = image_call(request), _query(request)
    found: list[Json] = []
    for study, images in await _studies(call, request, query):
        by_series: dict[str, list[HeldImage]] = {}
        for image in images:
            by_series.setdefault(image.series_uid, []).append(image)
        rows = [(orjson.loads(held[0].metadata), held) for held in by_series.values()]
        found += [
            results.series_result(
                metadata, len(held), query,
                f"{call.base_url}/studies/{study}/series/{held[0].series_uid}",
            )
            for metadata, held in rows
            if matches(metadata, query, _asked(query))
        ]  # fmt: skip
    ordered = results.in_order(found, "00200011")
    return _answer(request, ordered[query.offset : query.offset + query.limit], query)


async def search_instances(request: Request) -> Response:
    """GET /studies/{study}/series/{series}/instances, /studies/{study}/instances, /instances."""
    call, query = image_call(request), _query(request)
    found: list[Json] = []
    for study, images in await _studies(call, request, query):
        for image in images:
            metadata = orjson.loads(image.metadata)
            if matches(metadata, query, _asked(query)):
                url = _instance_url(call.base_url, study, image)
                found.append(_resolved(results.instance_result(metadata, query, url), url))
    return _answer(request, found[query.offset : query.offset + query.limit], query)


def _instance_url(base_url: str, study: str, image: HeldImage) -> str:
    return f"{base_url}/studies/{study}/series/{image.series_uid}/instances/{image.sop_uid}"


def _resolved(attributes: Json, url: str) -> Json:
    """With absolute bulk addresses, for attributes asked for by includefield."""
    return {
        tag: {**each, "BulkDataURI": each["BulkDataURI"].replace("@instance@", url)}
        if "BulkDataURI" in each
        else each
        for tag, each in attributes.items()
    }


async def _studies(
    call: ImageCall, request: Request, query: Query
) -> list[tuple[str, list[HeldImage]]]:
    """The study of the path with its instances; without one, the studies that match."""
    if "study" in request.path_params:
        return [(request.path_params["study"], await call.instances(request))]
    search = replace(_study_search(query), offset=0, limit=_STUDIES_LOOKED_INTO)
    found = await call.services.images.search.studies(call.viewer, search, call.at)
    return [
        (
            each.study_uid,
            await call.services.images.search.instances(call.viewer, each.study_uid, call.at),
        )
        for each in found
    ]


def _query(request: Request, *, studies: bool = False) -> Query:
    try:
        return query_of(request.query_params.multi_items(), studies=studies)
    except InvalidQuery as error:
        raise InvalidRequest(str(error)) from None


def _study_search(query: Query) -> StudySearch:
    first, _, last = query.value("00080020").partition("-")
    if "-" not in query.value("00080020"):
        last = first
    of_study = results.STUDY_EXTRAS

    def keep(attributes: Mapping[str, Any]) -> bool:
        return matches(attributes, query, of_study)

    def keep_modalities(modalities: Sequence[str]) -> bool:
        held = {results.MODALITIES_IN_STUDY: {"vr": "CS", "Value": list(modalities)}}
        return matches(held, query, frozenset({results.MODALITIES_IN_STUDY}))

    return StudySearch(
        study_uids=query.uids(results.STUDY_UID),
        accession=_exact(query.value("00080050")),
        patient_id=_exact(query.value("00100020")),
        first_date=first,
        last_date=last,
        keep=keep,
        keep_modalities=keep_modalities,
        offset=query.offset,
        limit=query.limit,
    )


def _exact(value: str) -> str:
    """The value where it is no pattern, so that an index can find it."""
    return "" if any(sign in value for sign in _EXACT_CHARACTERS) else value


def _asked(query: Query) -> frozenset[str]:
    """The tags to match below the study; what only studies have is matched there."""
    tags = {path[0] for path in query.filters}
    return frozenset(tags - {results.MODALITIES_IN_STUDY})


def _answer(request: Request, found: Iterable[Json], query: Query) -> Response:
    body = orjson.dumps(list(found))
    return dicom_json(request, body, query.ignored)


routes: tuple[Route, ...] = (
    get_route("/studies", search_studies),
    get_route("/series", search_series),
    get_route("/instances", search_instances),
    get_route("/studies/{study}/series", search_series),
    get_route("/studies/{study}/instances", search_instances),
    get_route("/studies/{study}/series/{series}/instances", search_instances),
)
