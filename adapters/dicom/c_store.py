"""C-STORE (DICOM PS3.4 annex B): write as sent, read the header, keep, answer.

The data set is never decoded, nor is the index touched. A status other than A700 is given only when
the object and the note about it are durable.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import cast

from pydicom.dataset import Dataset
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from adapters.dicom.file_meta import file_meta
from adapters.dicom.header_file import Header, read_data_set
from adapters.dicom.instance_header import WANTED_TAGS, HeaderReading, instance_of
from adapters.dicom.pending import PendingObject, Refusal
from adapters.dicom.report import Report
from adapters.dicom.spool import Arrival, Kept, Spool
from adapters.dicom.status import STATUS_OF_KEPT, StoreStatus, status, status_of_fault
from adapters.errors import AdapterError
from gateway.canonical.directory import Sender
from gateway.canonical.imaging import ImagingInstance


@dataclass(frozen=True, slots=True)
class Store:
    """Receives objects into a spool; used by the threads of all associations at once."""

    spool: Spool
    report: Report

    def receive(self, event: Event, sender: Sender | None, at: datetime) -> Dataset:
        """The answer to a C-STORE request of `sender`, None when it may not send any more."""
        if sender is None:
            return status(StoreStatus.NOT_AUTHORIZED, "calling AE title not registered")
        request = cast(C_STORE, event.request)
        stream = cast(BytesIO, request.DataSet)  # the library refuses a request without one
        stream.seek(0)
        uids = (str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID))
        return self.take(stream, uids, event.context.transfer_syntax, sender, at)[0]

    def take(
        self, stream: BytesIO, uids: tuple[str, str], syntax: str, sender: Sender, at: datetime
    ) -> tuple[Dataset, ImagingInstance | None]:
        """Status and, where its header could be read, the instance of a received data set.

        stream holds the data set from its position on; uids are the SOP class and instance that
        the sender announced. Raises OSError when the disk refuses.
        """
        pending = PendingObject("", uids[1], sender, at)
        with (
            stream.getbuffer() as buffer,
            buffer[stream.tell() :] as data_set,
            self.spool.arriving((file_meta(*uids, syntax), data_set)) as arrival,
        ):
            try:
                header = Header(read_data_set(stream, syntax, WANTED_TAGS), *uids, syntax)
                reading = instance_of(header, sender, arrival.digest, arrival.size)
            except AdapterError as fault:
                return self._refuse(arrival, pending, fault), None
            return self._keep(arrival, pending, reading), reading.instance

    def _refuse(self, arrival: Arrival, pending: PendingObject, fault: AdapterError) -> Dataset:
        refusal = Refusal(fault.reason, fault.location, fault.hint)
        self.spool.quarantine(arrival, replace(pending, refusal=refusal))
        self._report("dicom_object_refused", pending.sender, fault.reason)
        return status_of_fault(fault)

    def _keep(self, arrival: Arrival, pending: PendingObject, reading: HeaderReading) -> Dataset:
        for repair in reading.repairs:
            self._report("dicom_charset_repaired", pending.sender, repair)
        kept = self.spool.keep(arrival, replace(pending, instance=reading.instance))
        if kept is Kept.CONFLICT:
            self._report("dicom_object_refused", pending.sender, "sop_instance_uid_reused")
        return status(STATUS_OF_KEPT[kept])

    def _report(self, event: str, sender: Sender, reason: str) -> None:
        self.report(event, {"institution": sender.institution, "reason": reason})
