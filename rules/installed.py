"""The policies that ship with this release."""

from collections.abc import Collection
from importlib import resources
from typing import Final

from rules import national_2022, zhejiang_2021
from rules.assignments import load_assignments
from rules.policy import Policies

#: The documents of the clinical context that grade procedures.
GRADE_CATALOGUES: Final = ("surgical", "interventional")


def load_policies(local_assignments: Collection[str] = ()) -> Policies:
    """All shipped policies, with parameters and assignments read and checked.

    Args:
        local_assignments: TOML texts of a deployment, whose rows replace the packaged ones.

    Raises:
        InvalidParameters: a packaged parameter file is defective.
        InvalidAssignments: an assignment is defective, or leaves a gap or overlap.
    """
    policies = (zhejiang_2021.load_policy(), national_2022.load_policy())
    packaged = (resources.files("rules") / "assignments.toml").read_text("utf-8")
    first_days = {policy.id: policy.valid_from for policy in policies}
    assignments = load_assignments((packaged, *local_assignments), first_days, GRADE_CATALOGUES)
    return Policies(policies, assignments)
