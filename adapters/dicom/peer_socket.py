"""pynetdicom's socket with three repairs that a busy server needs.

It reads 4096 bytes at a time, waits with select(2), which refuses descriptors above 1023, and
leaves the descriptor open when the peer has reset the connection.
"""

import select
import socket
from typing import cast

from pynetdicom.events import Event
from pynetdicom.transport import AssociationSocket

_LARGEST_READ = 1 << 20


def take_over(event: Event) -> None:
    """Give an association that has just been connected a socket of this kind (EVT_CONN_OPEN)."""
    event.assoc.dul.socket = PeerSocket(cast(AssociationSocket, event.assoc.dul.socket))


class PeerSocket(AssociationSocket):
    """Takes over the open connection of a library socket."""

    def __init__(self, opened: AssociationSocket) -> None:
        self.__dict__ = opened.__dict__
        self._poll = select.poll()
        self._poll.register(cast(socket.socket, self.socket), select.POLLIN)

    @property
    def ready(self) -> bool:
        """Whether there is something to read, the end of the connection included."""
        return self.socket is not None and bool(self._poll.poll(0))

    def recv(self, nr_bytes: int) -> bytearray:
        """Read so many bytes, fewer only when the peer closes. Raises OSError when it resets."""
        connection = cast(socket.socket, self.socket)
        received = bytearray(nr_bytes)
        view = memoryview(received)
        while view:
            count = connection.recv_into(view[:_LARGEST_READ])
            if not count:
                break
            view = view[count:]
        missing = len(view)
        view.release()
        del received[nr_bytes - missing :]
        return received

    def _shutdown_socket(self) -> None:
        super()._shutdown_socket()
        if self.socket is not None:
            self.socket.close()
