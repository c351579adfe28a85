"""Composes a process: settings in, database, services and listeners out. Imports everything."""

import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from redis.asyncio import Redis

from adapters.dicom.rendering import UndecodableImage, render_slice
from adapters.dicom.spool import Spool
from adapters.dicom.storage_scp import ScpPorts, ScpSettings
from adapters.dicomweb.results import study_extract
from adapters.hl7v2.mllp_server import MllpLimits, MllpServer
from adapters.hl7v2.profile_files import ProfileFolder
from adapters.hl7v2.receiving import ReceivingPorts
from adapters.hl7v2.sender_profile import SenderProfile, profile_of
from adapters.hl7v2.tls import tls_context
from gateway.api.app import create_app
from gateway.api.metrics import Metrics
from gateway.api.options import ApiOptions
from gateway.canonical.directory import Sender
from gateway.canonical.intake import Receipt, StoredInstance, Submission
from gateway.clock import Clock, utc_now
from gateway.connection_diary import connections_of
from gateway.errors import NotFound, Unavailable
from gateway.image_files import DicomFiles
from gateway.listeners import (
    dicom_listener,
    http_listener,
    mllp_listener,
    report,
    running_task,
)
from gateway.peer_directory import CurrentDirectory
from gateway.replaying import receive_again
from gateway.rulebook import load_rulebook
from gateway.security.access import require_safe_auth
from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import KeyRing
from gateway.security.tokens import TokenIssuer
from gateway.security.view_tokens import ViewTokenIssuer
from gateway.sending import delivery, deviations
from gateway.services.actions import ReminderActions
from gateway.services.affected_reminders import AffectedReminders, RegisterChange
from gateway.services.conformance_sampling import ConformanceSampling
from gateway.services.directory import Services
from gateway.services.explanations import ExplanationService
from gateway.services.images import MetadataPorts, images
from gateway.services.intake import IntakeService
from gateway.services.key_check import require_same_key
from gateway.services.onboarding import ImportReport, ImportRequest, import_csv
from gateway.services.order_following import OrderFollowing
from gateway.services.quality import QualityService
from gateway.services.quarantine_list import QuarantineList, ReceiveAgain, Replayed
from gateway.services.quarantining import QuarantineKeeper
from gateway.services.received_codes import ReceivedCodes
from gateway.services.registry import RegistryHolder, load_registry
from gateway.services.reminders import ReminderService, Rulebook
from gateway.services.shown_memory import ProcessMemory, RedisMemory, ShownMemory
from gateway.services.statistics import StatisticsService
from gateway.services.study_assembly import StudyAssembly
from gateway.services.viewing import ViewingService
from gateway.services.visits import VisitService
from gateway.settings import Settings
from gateway.storage.connect import answers, open_database
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from gateway.worker import Periodic, background_work

HTTP, MLLP, DICOM = "http", "mllp", "dicom"
ALL_LISTENERS = frozenset({HTTP, MLLP, DICOM})
_SAMPLING_SECONDS, _DELIVERY_SECONDS = 10.0, 5.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """An opened gateway: store, services, ports; nothing listens yet."""

    settings: Settings
    clock: Clock
    database: Database
    sealer: Sealer
    cipher: FieldCipher
    services: Services
    intake: IntakeService
    assembly: StudyAssembly
    quarantine: QuarantineKeeper
    codes: ReceivedCodes
    rulebook: Rulebook
    metrics: Metrics
    sender_profiles: Callable[[Sender], SenderProfile]
    sampling: ConformanceSampling
    mllp_servers: list[MllpServer]

    async def import_csv(self, request: ImportRequest) -> ImportReport:
        """Take a register file in, use it at once, and say which open reminders it concerns.

        Raises:
            ImportRefused: the file has bad rows.
        """
        registry = self.services.registry
        before = registry.current

        async def unit(conn: Connection) -> ImportReport:
            return await import_csv(conn, request, self.services.catalog, self.clock())

        done = await self.database.write(unit)
        await self.database.read(registry.refresh_if_changed)
        if done.batch is None:
            return done
        change = RegisterChange(before, registry.current, done.institutions)
        open_for = timedelta(days=self.settings.offer_validity_days)
        reminders = AffectedReminders(self.sealer, self.rulebook, open_for)
        affected = await self.database.read(lambda conn: reminders.find(conn, change, self.clock()))
        return replace(done, affected=affected)

    async def receive(self, message: Submission) -> Receipt:
        """Store a submission and count its receipt."""
        receipt = await self.intake.receive(message)
        self.sampling.saw(message, receipt)
        self.metrics.count_receipt("hl7v2", receipt.status)
        return receipt

    def receiving_ports(self) -> ReceivingPorts:
        """What the HL7 receiver is given."""
        return ReceivingPorts(
            CurrentDirectory(self.services.registry),
            self.receive,
            self.quarantine.keep,
            self.clock,
            report,
            self.sender_profiles,
            self.settings.link_hosts,
        )


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running gateway listens; a port is None where that listener is not enabled."""

    http_port: int | None
    mllp_port: int | None
    dicom_port: int | None


@asynccontextmanager
async def open_gateway(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Gateway]:
    """Open the store, bring it to this release's schema, and compose the services.

    Raises:
        InvalidSettings: the key file belongs to another database.
    """
    ring = KeyRing.load(settings.effective_key_file)
    cipher = FieldCipher(ring)
    url = settings.effective_database_url
    await migrate(url)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(url, settings.database_pool_size))
        await database.write(lambda conn: require_same_key(conn, cipher))
        memory = await _memory(settings, stack)
        tokens = TokenIssuer(ring, timedelta(hours=settings.token_lifetime_hours))
        view_tokens = ViewTokenIssuer(ring, timedelta(minutes=settings.view_token_minutes))
        issuers = (tokens, view_tokens)
        gateway = await _compose(settings, clock, database, cipher, issuers, memory)
        stack.push_async_callback(gateway.intake.close)
        yield gateway


async def _memory(settings: Settings, stack: AsyncExitStack) -> ShownMemory:
    if settings.redis_url is None:
        return ProcessMemory()
    client = Redis.from_url(settings.redis_url)
    stack.push_async_callback(client.aclose)
    return RedisMemory(client)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every service of a process stands on."""

    settings: Settings
    clock: Clock
    database: Database
    sealer: Sealer
    cipher: FieldCipher
    rulebook: Rulebook
    registry: RegistryHolder


async def _compose(
    settings: Settings,
    clock: Clock,
    database: Database,
    cipher: FieldCipher,
    issuers: tuple[TokenIssuer, ViewTokenIssuer],
    memory: ShownMemory,
) -> Gateway:
    sealer, codes = Sealer(cipher), ReceivedCodes()
    rulebook = load_rulebook(settings.policy_assignments_file)
    current = await database.read(lambda conn: load_registry(conn, rulebook.catalog))
    registry = RegistryHolder(current, rulebook.catalog)
    ground = _Ground(settings, clock, database, sealer, cipher, rulebook, registry)
    servers: list[MllpServer] = []

    async def again(raw: bytes) -> Replayed:
        return await receive_again(gateway.receiving_ports(), raw)

    following = OrderFollowing(sealer, registry, rulebook.catalog, rulebook.policies)
    gateway = Gateway(
        settings=settings,
        clock=clock,
        database=database,
        sealer=sealer,
        cipher=cipher,
        services=_services(ground, issuers, memory, servers, again),
        intake=IntakeService(database, sealer, codes, following, settings.intake_batch_size),
        assembly=StudyAssembly(database, sealer),
        quarantine=QuarantineKeeper(database, sealer),
        codes=codes,
        rulebook=rulebook,
        metrics=Metrics(),
        sender_profiles=_sender_profiles(settings),
        sampling=ConformanceSampling(database, sealer, deviations),
        mllp_servers=servers,
    )
    return gateway


def _services(
    ground: _Ground,
    issuers: tuple[TokenIssuer, ViewTokenIssuer],
    memory: ShownMemory,
    servers: list[MllpServer],
    again: ReceiveAgain,
) -> Services:
    settings, database, sealer = ground.settings, ground.database, ground.sealer
    cipher, registry, rulebook = ground.cipher, ground.registry, ground.rulebook
    tokens, view_tokens = issuers
    validity = timedelta(days=settings.offer_validity_days)
    viewing = ViewingService(database, sealer, cipher, validity)
    metadata = MetadataPorts(_image_files(settings, None).metadata, study_extract)
    connections = partial(connections_of, servers)
    return Services(
        catalog=rulebook.catalog,
        registry=registry,
        reminders=ReminderService(database, sealer, cipher, registry, rulebook, memory),
        actions=ReminderActions(database, sealer, cipher, registry, memory),
        viewing=viewing,
        visits=VisitService(database, sealer, cipher),
        explanations=ExplanationService(database, sealer, cipher, rulebook.policies),
        statistics=StatisticsService(database, cipher, settings.small_cell_minimum),
        quarantine=QuarantineList(database, sealer, cipher, registry, again),
        quality=QualityService(database, registry, rulebook.catalog, connections),
        images=images(database, cipher, viewing, view_tokens, metadata, validity),
        tokens=tokens,
        clock=ground.clock,
    )


@asynccontextmanager
async def running(
    gateway: Gateway, listeners: Collection[str] = ALL_LISTENERS
) -> AsyncIterator[Running]:
    """Listen and work until the end of the body; then finish what is in flight.

    Raises:
        InvalidSettings: tokens are switched off on an address that others can reach.
        OSError: an address cannot be listened on.
    """
    settings = gateway.settings
    require_safe_auth(settings.auth, settings.http_host)
    accepting: dict[str, bool] = dict.fromkeys(listeners, False)
    async with AsyncExitStack() as stack:
        work: list[Periodic] = [(_SAMPLING_SECONDS, gateway.sampling.check_some)]
        if set(listeners) in (set(), ALL_LISTENERS):
            file, clock = settings.destinations_file, gateway.clock
            work.append(
                (_DELIVERY_SECONDS, delivery(file, gateway.database, gateway.sealer, clock))
            )
        await stack.enter_async_context(
            background_work(gateway.database, gateway.services.registry, gateway.codes, work)
        )
        mllp = await _listen_mllp(gateway, stack) if MLLP in listeners else None
        spool = Spool(settings.dicom_folder) if DICOM in listeners else None
        dicom = await _listen_dicom(gateway, stack, spool) if spool else None
        files = _image_files(settings, spool)
        http = await _listen_http(gateway, stack, accepting, files) if HTTP in listeners else None
        accepting.update(dict.fromkeys(listeners, True))
        stack.callback(accepting.update, dict.fromkeys(listeners, False))
        yield Running(http, mllp, dicom)


def _sender_profiles(settings: Settings) -> Callable[[Sender], SenderProfile]:
    folder = settings.sender_profiles_dir
    return profile_of if folder is None else ProfileFolder(folder, report)


def _mllp_tls(settings: Settings) -> ssl.SSLContext | None:
    certificate, key = settings.mllp_tls_certificate_file, settings.mllp_tls_key_file
    if certificate is None or key is None:
        return None
    required = settings.mllp_tls_client_required
    return tls_context(
        certificate, key, settings.mllp_tls_client_ca_file, is_client_required=required
    )


async def _listen_mllp(gateway: Gateway, stack: AsyncExitStack) -> int:
    settings = gateway.settings
    limits = MllpLimits(settings.mllp_max_message_bytes, settings.mllp_max_connections)
    listener = mllp_listener(
        gateway.receiving_ports(),
        settings.mllp_host,
        settings.mllp_port,
        limits,
        _mllp_tls(settings),
    )
    server = await stack.enter_async_context(listener)
    gateway.mllp_servers.append(server)
    return server.port


async def _listen_dicom(gateway: Gateway, stack: AsyncExitStack, spool: Spool) -> int:
    settings = gateway.settings
    scp = ScpSettings(
        settings.dicom_host,
        settings.dicom_port,
        settings.dicom_ae_title,
        settings.dicom_accept_private_classes,
        settings.dicom_max_associations,
    )
    directory = CurrentDirectory(gateway.services.registry)
    ports = ScpPorts(directory, spool, gateway.clock, report)
    index = gateway.services.images.index

    async def receive(batch: tuple[StoredInstance, ...]) -> None:
        await gateway.assembly.receive(batch)
        index.arrived(batch)

    await stack.enter_async_context(running_task(index.run()))
    listener = dicom_listener(scp, ports, receive, gateway.quarantine.keep)
    return (await stack.enter_async_context(listener)).port


async def _listen_http(
    gateway: Gateway, stack: AsyncExitStack, accepting: Mapping[str, bool], files: DicomFiles
) -> int:
    settings = gateway.settings

    async def readiness() -> Mapping[str, bool]:
        return {**accepting, "storage": await answers(gateway.database)}

    viewer = settings.viewer_dir
    options = ApiOptions(
        auth=settings.auth,
        reminder_time_limit_ms=settings.reminder_time_limit_ms,
        readiness=readiness,
        render=lambda name, center, width: _render(settings, name, center, width),
        metrics=gateway.metrics,
        images=files,
        viewer_folder=viewer if (viewer / "index.html").is_file() else None,
    )
    certificate, key = settings.tls_certificate_file, settings.tls_key_file
    tls = (certificate, key) if certificate and key else None
    app = create_app(gateway.services, options)
    listener = http_listener(app, settings.http_host, settings.http_port, tls)
    return await stack.enter_async_context(listener)


def _image_files(settings: Settings, spool: Spool | None) -> DicomFiles:
    private = settings.dicom_accept_private_classes
    return DicomFiles(settings.dicom_folder, spool, accept_private=private)


def _render(settings: Settings, name: str, center: float | None, width: float | None) -> bytes:
    """One stored image as PNG; raises `NotFound` or `Unavailable`."""
    window = None if center is None or width is None else (center, width)
    try:
        return render_slice(settings.dicom_folder / name, window=window)
    except FileNotFoundError:
        raise NotFound("the image is not in the archive") from None
    except UndecodableImage:
        raise Unavailable("the image cannot be drawn; open it in a full viewer") from None
