"""The HTTP application: every router, every header, every refusal, put together."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIRouter
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gateway.api import (
    catalog_lists,
    dicomweb_retrieve,
    dicomweb_search,
    dicomweb_store,
    error_responses,
    item_actions,
    operation,
    pages,
    quality,
    reminders,
    reports,
    statistics,
    viewer,
    visit_events,
)
from gateway.api.access_table import require_complete
from gateway.api.image_calls import DicomwebHeaders
from gateway.api.observing import Observed
from gateway.api.openapi import describe
from gateway.api.options import ApiOptions
from gateway.api.viewer import ViewerFiles
from gateway.services.directory import Services

_ROUTERS: tuple[APIRouter, ...] = (
    visit_events.router,
    reports.router,
    statistics.router,
    quality.router,
    catalog_lists.router,
    operation.router,
    pages.router,
    viewer.router,
)
_HOT: tuple[Route, ...] = (
    *reminders.routes,
    *item_actions.routes,
    *dicomweb_search.routes,
    *dicomweb_retrieve.routes,
    *dicomweb_store.routes,
)


def create_app(services: Services, options: ApiOptions) -> FastAPI:
    """The application over these use cases.

    Raises:
        ValueError: a route is missing in the access table, or the table names one that is not
            served; both are mistakes of the house, found at the start of any process.
    """
    require_complete(served())
    app = FastAPI(
        title="Recognition gateway", version="1", openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.services = services
    app.state.options = options
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.extend(_HOT)
    app.router.routes.append(Mount("/static", StaticFiles(directory=pages.STATIC), name="static"))
    if options.viewer_folder is not None:
        app.router.routes.append(Mount(viewer.MOUNT, ViewerFiles(options.viewer_folder)))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    error_responses.install(app)
    app.add_middleware(DicomwebHeaders, auth=options.auth)
    app.add_middleware(Observed, metrics=options.metrics)
    return app


def served() -> Iterator[tuple[str, str]]:
    """Method and path template of every route."""
    for router in _ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from ((method, route.path) for method in route.methods or ())
    for hot in _HOT:
        yield from ((method, hot.path) for method in hot.methods or ())
