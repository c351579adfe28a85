"""The installed editions, clinical contexts and policies, with the assignments of a deployment."""

from pathlib import Path
from tomllib import TOMLDecodeError

from gateway.errors import InvalidSettings
from gateway.services.reminders import Rulebook
from item_catalog.loader import load_catalog, load_clinical_contexts
from rules.assignments import InvalidAssignments
from rules.installed import load_policies


def load_rulebook(assignments_file: Path | None = None) -> Rulebook:
    """Everything that determinations are made by.

    Args:
        assignments_file: TOML rows that go before the packaged ones (`rules.assignments`).

    Raises:
        InvalidSettings: the file cannot be read, or an assignment leaves a gap or overlap.
    """
    try:
        local = () if assignments_file is None else (assignments_file.read_text("utf-8"),)
        policies = load_policies(local)
    except (OSError, UnicodeDecodeError, TOMLDecodeError, InvalidAssignments) as fault:
        raise InvalidSettings(f"the file of policy assignments is unusable: {fault}") from None
    return Rulebook(load_catalog(), policies, load_clinical_contexts())
