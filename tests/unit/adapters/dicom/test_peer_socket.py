"""The socket reads in large pieces, knows high descriptors, and is always closed."""

import fcntl
import resource
import socket
from collections.abc import Iterator
from queue import Queue
from types import SimpleNamespace

import pytest
from pynetdicom.transport import AssociationSocket

from adapters.dicom.peer_socket import PeerSocket


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def peer_socket(near: socket.socket) -> PeerSocket:
    association = SimpleNamespace(dul=SimpleNamespace(event_queue=Queue()))
    return PeerSocket(AssociationSocket(association, client_socket=near))  # type: ignore[arg-type]


def test_whole_length_is_read_however_it_arrives(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    peer = peer_socket(near)
    far.sendall(b"abc")
    assert peer.ready
    assert peer.recv(2) == b"ab"
    far.sendall(b"def")
    assert peer.recv(4) == b"cdef"
    assert not peer.ready


def test_closed_connection_gives_what_there_was(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    far.sendall(b"ab")
    far.close()
    peer = peer_socket(near)
    assert peer.recv(10) == b"ab"
    assert peer.recv(10) == b""


def test_descriptor_above_1023_is_no_trouble(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with socket.socket(fileno=fcntl.fcntl(near.fileno(), fcntl.F_DUPFD, 1100)) as high:
        peer = peer_socket(high)
        far.sendall(b"x")
        assert peer.ready
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_reset_connection_is_closed_all_the_same() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        far = socket.create_connection(listener.getsockname())
        near, _ = listener.accept()
    linger_zero = b"\x01\0\0\0\0\0\0\0"
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
    far.close()
    peer = peer_socket(near)
    peer.close()
    assert near.fileno() == -1
    assert not peer.ready
