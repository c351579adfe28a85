"""Which studies somebody may search and fetch, decided anew on every call, audited per study.

The rule is that of `viewing`: another institution's images only where a reminder offered them
(四（一）), until the report is withdrawn or the offer expires; a hospital's own systems see what it
sent. A view token narrows this to the studies of one report.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.errors import AccessDenied, NotFound
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.security.view_tokens import ViewGrant
from gateway.services.audit import AuditEntry, record
from gateway.services.viewing import GrantedStudy, ViewingService
from gateway.storage.dicomweb import StudyKey, StudyPlace, offers_of_person, offers_since, places_of
from gateway.storage.session import Connection, Database

#: A viewer asks hundreds of times for one study; each study is audited once in this time.
_AUDITED_FOR = timedelta(minutes=15)
_REMEMBERED = 10_000
#: Searches without a study look at the newest offers only.
_NEWEST_OFFERS = 500


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for images: a caller, or the holder of a view token."""

    caller: Caller
    grant: ViewGrant | None = None

    @property
    def sees_own(self) -> bool:
        """Whether the institution's own archive is open, which it is to its systems."""
        return self.grant is None and self.caller.role is Role.HOSPITAL


@dataclass(frozen=True, slots=True)
class VisibleStudy:
    """A study that the viewer may see, and on which basis."""

    place: StudyPlace
    basis: LegalBasis

    @property
    def key(self) -> StudyKey:
        """Institution and Study Instance UID."""
        return (self.place.institution, self.place.study_instance_uid)


class StudyAccess:
    """Decides and audits; one per process."""

    def __init__(
        self,
        database: Database,
        cipher: FieldCipher,
        viewing: ViewingService,
        offer_validity: timedelta,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._viewing = viewing
        self._offer_validity = offer_validity
        self._audited: OrderedDict[tuple[Caller, str], datetime] = OrderedDict()

    async def require(self, viewer: Viewer, study_uid: str, at: datetime) -> VisibleStudy:
        """The study, with its audit record written before anything of it is given out.

        Raises:
            NotFound: there is no such study, or none that the viewer may know of.
            AccessDenied: the view token is for other images.
        """
        if viewer.grant is not None and study_uid not in viewer.grant.study_uids:
            raise AccessDenied("the view token is for the images of another report")
        found = await self._database.read(lambda conn: self._visible(conn, viewer, study_uid, at))
        if found is None:
            raise NotFound("there is no such study, or nobody offered it")
        await self._audit(viewer, [found], at)
        return found

    async def offered(self, viewer: Viewer, at: datetime) -> list[VisibleStudy]:
        """What was offered to the viewer's institution, or what the view token is for."""

        async def unit(conn: Connection) -> list[VisibleStudy]:
            reports = await self._reports(conn, viewer, at)
            found = {
                visible.key: visible
                for report in reports
                for visible in await self._of_report(conn, viewer, report, at)
            }
            return list(found.values())

        return await self._database.read(unit)

    async def grant(self, report_id: str, caller: Caller, at: datetime) -> ViewGrant:
        """What a view token of a report may say; audited, because the images are seen next.

        Raises:
            NotFound: there is no such report, or it has no images.
            AccessDenied: no reminder offered it to the caller's institution.
        """
        granted = await self._database.read(
            lambda conn: self._viewing.granted_studies(conn, report_id, caller, at)
        )
        if not granted:
            raise NotFound("there are no images under this report")
        viewer = Viewer(caller)
        await self._audit(viewer, [_visible_of(each) for each in granted], at)
        return ViewGrant(
            caller, report_id, tuple(each.study.study_instance_uid for each in granted)
        )

    async def searched(self, viewer: Viewer, studies: Sequence[StudyPlace], at: datetime) -> None:
        """Leave the audit records of studies whose attributes a search gives out."""
        own = viewer.caller.institution
        bases = {True: LegalBasis.OWN_REPORT, False: LegalBasis.TREATMENT}
        visible = [VisibleStudy(each, bases[each.institution == own]) for each in studies]
        await self._audit(viewer, visible, at, "images:searched")

    async def _visible(
        self, conn: Connection, viewer: Viewer, study_uid: str, at: datetime
    ) -> VisibleStudy | None:
        places = await places_of(conn, [study_uid])
        for place in places:
            if viewer.sees_own and place.institution == viewer.caller.institution:
                return VisibleStudy(place, LegalBasis.OWN_REPORT)
        for place in places:
            for report in await self._reports_about(conn, viewer, place):
                for visible in await self._of_report(conn, viewer, report, at):
                    if visible.place.study_id == place.study_id:
                        return visible
        return None

    async def _reports(self, conn: Connection, viewer: Viewer, at: datetime) -> list[str]:
        if viewer.grant is not None:
            return [viewer.grant.report_id]
        since = at - self._offer_validity
        offers = await offers_since(conn, viewer.caller.institution, since, _NEWEST_OFFERS)
        return [report for _, report in offers]

    async def _reports_about(
        self, conn: Connection, viewer: Viewer, place: StudyPlace
    ) -> list[str]:
        if viewer.grant is not None:
            return [viewer.grant.report_id]
        return await offers_of_person(conn, viewer.caller.institution, place.patient_key)

    async def _of_report(
        self, conn: Connection, viewer: Viewer, report_id: str, at: datetime
    ) -> list[VisibleStudy]:
        try:
            granted = await self._viewing.granted_studies(conn, report_id, viewer.caller, at)
        except (AccessDenied, NotFound):
            return []
        return [_visible_of(each) for each in granted]

    async def _audit(
        self,
        viewer: Viewer,
        studies: Sequence[VisibleStudy],
        at: datetime,
        action: str = "images:viewed",
    ) -> None:
        entries = [
            AuditEntry(
                viewer.caller, at, action, "study", each.place.study_id, each.place.patient_key,
                each.basis,
            )
            for each in studies
            if self._is_due(viewer.caller, f"{action}/{each.place.study_id}", at)
        ]  # fmt: skip
        if entries:
            await self._database.write(lambda conn: record(conn, self._cipher, *entries))
        for entry in entries:
            self._remember(viewer.caller, f"{action}/{entry.object_id}", at)

    def _is_due(self, caller: Caller, what: str, at: datetime) -> bool:
        last = self._audited.get((caller, what))
        return last is None or not timedelta(0) <= at - last < _AUDITED_FOR

    def _remember(self, caller: Caller, what: str, at: datetime) -> None:
        self._audited[caller, what] = at
        self._audited.move_to_end((caller, what))
        while len(self._audited) > _REMEMBERED:
            self._audited.popitem(last=False)


def _visible_of(granted: GrantedStudy) -> VisibleStudy:
    study = granted.study
    place = StudyPlace(
        study.institution, study.study_instance_uid, study.study_id, study.patient_key
    )
    return VisibleStudy(place, granted.basis)
