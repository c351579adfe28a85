"""How the demonstration reaches a running gateway: its ports, its tokens, its commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gateway.bootstrap import Gateway, Running
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import local_date
from gateway.demo.institutions import DemoInstitution
from gateway.demo.senders import Ports
from gateway.demo.workstation import Workstation
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.services.audit_verification import verify
from gateway.services.mapping_review import coverage
from gateway.services.onboarding import ImportRequest

_PATIENCE_SECONDS = 30.0
_OPERATOR = "gateway demo"


class Reach:
    """A gateway that listens on all its ports in this process."""

    def __init__(self, gateway: Gateway, listening: Running) -> None:
        self._gateway = gateway
        self._listening = listening

    @property
    def ports(self) -> Ports:
        """Where systems send to."""
        settings, at = self._gateway.settings, self._listening
        if at.mllp_port is None or at.dicom_port is None:
            raise RuntimeError("the demonstration needs every listener")
        return Ports(settings.mllp_host, at.mllp_port, at.dicom_port, settings.dicom_ae_title)

    @property
    def http_url(self) -> str:
        """Where people and workstations go."""
        settings = self._gateway.settings
        scheme = "https" if settings.tls_certificate_file else "http"
        return f"{scheme}://{settings.http_host}:{self._listening.http_port}"

    def now(self) -> str:
        """The present instant as ISO 8601."""
        return self._gateway.clock().isoformat()

    async def import_csv(self, kind: str, text: str) -> None:
        """What `gateway import` does; raises `ImportRefused`."""
        request = ImportRequest(kind, f"{kind}.csv", text.encode(), _OPERATOR)
        await self._gateway.import_csv(request)

    def token(self, role: Role, institution: DemoInstitution) -> str:
        """What `gateway token` does."""
        services = self._gateway.services
        caller = Caller(role, InstitutionCode(institution.code), f"demo-{role}")
        return services.tokens.issue(caller, services.clock())

    async def is_replayed_identically(self, determination_id: str) -> bool:
        """What `gateway replay` does."""
        replay = await self._gateway.services.explanations.replay(determination_id)
        return replay.is_identical

    async def is_audit_whole(self) -> bool:
        """What `gateway audit verify` does."""
        gateway = self._gateway
        return not await gateway.database.read(lambda conn: verify(conn, gateway.cipher))

    async def unmapped_codes(self, institution: DemoInstitution) -> set[str]:
        """What `gateway mapping coverage` lists for an institution."""
        gateway, code = self._gateway, InstitutionCode(institution.code)
        await gateway.codes.flush(gateway.database)
        registry, today = gateway.services.registry.current, local_date(gateway.clock())
        found = await gateway.database.read(lambda conn: coverage(conn, registry, code, today))
        return {each.local_code for each in found.unmapped}

    @asynccontextmanager
    async def workstation(
        self, role: Role, institution: DemoInstitution
    ) -> AsyncIterator[Workstation]:
        """An HTTP client that carries a token of the role."""
        headers = {"Authorization": f"Bearer {self.token(role, institution)}"}
        async with httpx.AsyncClient(
            base_url=self.http_url, headers=headers, timeout=_PATIENCE_SECONDS, trust_env=False
        ) as http:
            yield Workstation(http, institution)
