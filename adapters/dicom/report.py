"""How these adapters tell an operator what happened."""

from collections.abc import Callable

#: An event's name and its listed log keys; never a name, number or value of a patient.
Report = Callable[[str, dict[str, object]], None]
