"""The policies that ship with this release."""

from rules.policy import Policies
from rules.zhejiang_2021 import load_policy


def load_policies() -> Policies:
    """All shipped policies, with their parameters read and checked.

    Raises:
        InvalidParameters: a packaged parameter file is defective.
    """
    return Policies((load_policy(),))
