"""Where a message is so large that it is treated apart."""

#: Larger messages are read in a thread, so that the other connections are not held up. Below it a
#: change of thread costs more than the reading.
LARGE_MESSAGE_BYTES = 256 * 1024
