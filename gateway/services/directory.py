"""Every use case of a process in one place, as the ways in are given them."""

from dataclasses import dataclass

from gateway.clock import Clock
from gateway.security.tokens import TokenIssuer
from gateway.services.actions import ReminderActions
from gateway.services.explanations import ExplanationService
from gateway.services.images import Images
from gateway.services.quality import QualityService
from gateway.services.quarantine_list import QuarantineList
from gateway.services.registry import RegistryHolder
from gateway.services.reminders import ReminderService
from gateway.services.statistics import StatisticsService
from gateway.services.viewing import ViewingService
from gateway.services.visits import VisitService
from item_catalog.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, with what all of them share."""

    catalog: Catalog
    registry: RegistryHolder
    reminders: ReminderService
    actions: ReminderActions
    viewing: ViewingService
    visits: VisitService
    explanations: ExplanationService
    statistics: StatisticsService
    quarantine: QuarantineList
    quality: QualityService
    images: Images
    tokens: TokenIssuer
    clock: Clock
