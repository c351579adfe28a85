"""The intake's look at what follows reminders, for tests in which there is no register."""

from gateway.services.order_following import OrderFollowing
from gateway.services.register_content import RegisterContent
from gateway.services.registry import RegistryHolder, RegistrySnapshot, mapping_table
from gateway.storage.sealing import Sealer
from item_catalog.loader import load_catalog
from rules.installed import load_policies


def following_nothing(sealer: Sealer) -> OrderFollowing:
    """Orders and results of institutions of which nothing is registered."""
    catalog, content = load_catalog(), RegisterContent()
    snapshot = RegistrySnapshot(content, catalog, mapping_table(content.mappings))
    return OrderFollowing(sealer, RegistryHolder(snapshot, catalog), catalog, load_policies())
