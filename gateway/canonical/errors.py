"""The one error of the canonical model: a record that cannot exist."""


class InvalidRecord(ValueError):
    """A canonical record was given a value that it cannot hold.

    The message names the field and the class of the fault, never the value itself, because
    values may identify a patient.
    """

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault
