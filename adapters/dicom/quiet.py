"""Keeps pydicom's warnings out of the log: they quote values, which may be a patient's."""

import warnings


def silence_pydicom() -> None:
    """Ignore pydicom's warnings in this process; asked for wherever pydicom reads a file."""
    warnings.filterwarnings("ignore", module=r"pydicom\.")
