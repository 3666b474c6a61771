"""Debian's python3-socketio against the application of oracle.mjs:
    python-client.py polling|websocket|upgrade URL
Prints one line a check, `ok NAME` or `FAILED NAME: WHY`, and ends with 1 when one failed."""

import os
import queue
import socket as sockets
import sys
import threading
import urllib.parse

import socketio
from engineio.packet import PING
from socketio.packet import DISCONNECT

TRANSPORT, URL = sys.argv[1:]
# A first transport that is polling is upgraded when the server offers it and both are allowed.
TRANSPORTS = ["polling", "websocket"] if TRANSPORT == "upgrade" else [TRANSPORT]
LIMIT = 20
BLUE = "blue python %d" % os.getpid()

opened = []
failures = 0


def client(url=URL, namespaces=("/",), auth=None, reconnection=False, on=()):
    """A connected client and the queue of everything it hears: (namespace, event, arguments)."""
    io = socketio.Client(
        reconnection=reconnection, reconnection_delay=0.05, randomization_factor=0
    )
    heard = queue.Queue()
    for namespace in namespaces:
        for event in EVENTS:
            io.on(
                event,
                lambda *args, namespace=namespace, event=event: heard.put(
                    (namespace, event, args)
                ),
                namespace=namespace,
            )
        for event, answer in dict(on).items():
            io.on(event, answer, namespace=namespace)
    opened.append(io)
    io.connect(
        url + "?token=by%20query",
        transports=TRANSPORTS,
        namespaces=list(namespaces),
        auth=auth,
        wait_timeout=LIMIT,
    )
    return io, heard


EVENTS = [
    "hello",
    "connect",
    "disconnect",
    "connect_error",
    "relayed",
    "answered",
    "unanswered",
    "heard",
    "announced",
    "nudged",
    "left",
]


def wait(heard, event, namespace="/"):
    """The arguments of the next such event; others before it are dropped."""
    while True:
        where, what, args = heard.get(timeout=LIMIT)
        if (where, what) == (namespace, event):
            return args


def wait_for_all(heard, *events):
    """Until each of them was heard, in any order: this client handles every packet in a thread of its own."""
    left = set(events)
    while left:
        left.discard(heard.get(timeout=LIMIT)[1])


def ack(io, event, *args, namespace="/"):
    answer = io.call(event, args, namespace=namespace, timeout=LIMIT)
    return answer


def same(actual, expected):
    assert actual == expected, "expected %r, got %r" % (expected, actual)


def check(name):
    def run(body):
        global failures, opened
        try:
            body()
            print("ok " + name, flush=True)
        except Exception as error:
            failures += 1
            why = "%s %s" % (type(error).__name__, error)
            print("FAILED %s: %s" % (name, why.replace("\n", " ")[:500]), flush=True)
        finally:
            for io in opened:
                io.reconnection = False
                io.disconnect()
            opened = []

    return run


class CuttableProxy:
    """A TCP proxy whose every connection can be cut, as by a lost network."""

    def __init__(self, url):
        self.far = urllib.parse.urlsplit(url)
        self.listener = sockets.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.open = []
        self.mended = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            if not self.mended:
                near.close()
                continue
            far = sockets.create_connection((self.far.hostname, self.far.port))
            self.open += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pipe, args=(a, b), daemon=True).start()

    @staticmethod
    def pipe(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(sockets.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.mended = False
        for s in self.open:
            try:
                s.shutdown(sockets.SHUT_RDWR)
            except OSError:
                pass
        self.open = []


@check("connects")
def _():
    io, heard = client()
    wait(heard, "hello")
    same(io.transport(), "polling" if TRANSPORT == "polling" else "websocket")
    assert len(io.get_sid()) >= 16


@check("handshake")
def _():
    _, heard = client(auth={"token": "by auth", "deep": {"n": 1}})
    hello = wait(heard, "hello")[0]
    same(hello["auth"], {"token": "by auth", "deep": {"n": 1}})
    same(hello["token"], "by query")


TEXTS = ["plain", "안녕 🌊 \u0000 \u001e \u2028", "", 42, -0.5, True, None, {"a": [1, {"b": "c"}]}]
BINARIES = [
    bytes([0, 1, 2, 254, 255]),
    {"deep": [b"four", {"deeper": b""}], "text": "beside"},
    bytes([7]) * 70_000,
]


@check("text both ways")
def _():
    io, heard = client()
    same(ack(io, "echo", *TEXTS), tuple(TEXTS))
    io.emit("relay", tuple(TEXTS))
    same(wait(heard, "relayed")[: len(TEXTS)], tuple(TEXTS))


@check("binary both ways")
def _():
    io, heard = client()
    same(ack(io, "echo", *BINARIES), tuple(BINARIES))
    io.emit("relay", tuple(BINARIES))
    same(wait(heard, "relayed")[: len(BINARIES)], tuple(BINARIES))


@check("the server asks")
def _():
    io, heard = client(on={"question": lambda text, data: (text + "!", {"bytes": data})})
    io.emit("ask", ("well", b"\x09\x08"))
    same(wait(heard, "answered")[:2], ("well!", {"bytes": b"\x09\x08"}))


@check("large messages")
def _():
    io, _ = client()
    text = "가나다 x" * 30_000
    same(ack(io, "echo", text), text)
    same(ack(io, "echo", bytes([3]) * 300_000), bytes([3]) * 300_000)


@check("a burst arrives whole")
def _():
    io, heard = client()
    # In slices: by polling this client refuses an answer of more than 16 packets. Sorted, because it
    # hands each message to a thread of its own, which overtake each other on a busy machine; the
    # order on the wire is held by the other clients.
    for start in range(0, 200, 10):
        for i in range(start, start + 10):
            io.emit("relay", i)
        same(sorted(wait(heard, "relayed")[0] for _ in range(10)), list(range(start, start + 10)))


@check("rooms")
def _():
    a, heard_a = client()
    b, heard_b = client()
    ack(a, "join", BLUE)
    ack(b, "join", BLUE)
    same(ack(a, "count", BLUE), 2)
    a.emit("shout", (BLUE, "one", b"two"))
    same(wait(heard_b, "heard")[:2], ("one", b"two"))
    ack(b, "leave", BLUE)
    b.emit("shout", (BLUE, "three"))
    same(wait(heard_a, "heard")[:1], ("three",))
    same(ack(b, "count", BLUE), 1)


@check("broadcast")
def _():
    a, heard_a = client()
    b, heard_b = client()
    a.emit("announce", ({"to": "all"}, b"raw"))
    same(wait(heard_a, "announced")[:2], ({"to": "all"}, b"raw"))
    same(wait(heard_b, "announced")[:2], ({"to": "all"}, b"raw"))
    a.emit("announceToOthers", "you")
    same(wait(heard_b, "announced")[:1], ("you",))


@check("a room votes")
def _():
    a, _ = client(on={"vote": lambda: "yes"})
    b, _ = client(on={"vote": lambda: b"no"})
    ack(a, "join", BLUE)
    ack(b, "join", BLUE)
    failed, votes = ack(a, "vote", BLUE)
    same(failed, False)
    same(sorted(map(str, votes)), ["b'no'", "yes"])


@check("namespaces share a connection")
def _():
    io, heard = client(namespaces=("/", "/custom", "/floor-42"))
    wait(heard, "hello", "/custom")
    io.emit("announce", "here only", namespace="/custom")
    same(wait(heard, "announced", "/custom")[:1], ("here only",))
    same(ack(io, "echo", "up", b"stairs", namespace="/floor-42"), ("up", b"stairs"))
    assert io.get_sid("/") != io.get_sid("/custom")
    same(ack(io, "echo", "still here"), "still here")


def refused(namespaces, auth, why):
    told = queue.Queue()
    io = socketio.Client(reconnection=False)
    opened.append(io)
    io.on("connect_error", told.put, namespace=namespaces[1])
    try:
        io.connect(
            URL, transports=TRANSPORTS, namespaces=list(namespaces), auth=auth, wait_timeout=1
        )
    except socketio.exceptions.ConnectionError:
        pass  # it asks for all of its namespaces or none
    same(told.get(timeout=LIMIT)["message"], why)


@check("an unknown namespace is refused")
def _():
    refused(("/", "/nowhere"), None, "Invalid namespace")


@check("middleware refuses and admits")
def _():
    refused(("/", "/gate"), {"token": "wrong"}, "not welcome")
    io, _ = client(namespaces=("/gate",), auth={"token": "sesame"})
    same(ack(io, "echo", "in", namespace="/gate"), "in")


@check("disconnect reasons")
def _():
    watcher, watched = client()
    ack(watcher, "join", "watchers")

    def left(sid):
        while True:
            who, reason = wait(watched, "left")[:2]
            if who == sid:
                return reason

    io, heard = client()
    sid = io.get_sid()
    io.emit("dismiss")
    wait(heard, "disconnect")
    same(left(sid), "server namespace disconnect")
    io, heard = client()
    sid = io.get_sid()
    # Its own disconnect() does not wait for the goodbye to leave: a writer that is still reading
    # the answer to an earlier POST drops it, and the server hears silence.
    io._send_packet(io.packet_class(DISCONNECT, namespace="/"))
    io.eio.queue.join()
    same(left(sid), "client namespace disconnect")
    io.disconnect()


@check("heartbeats keep it alive")
def _():
    io, _ = client()
    pings = queue.Queue()
    receive = io.eio._receive_packet

    def spy(packet):
        if packet.packet_type == PING:
            pings.put(packet)
        receive(packet)

    io.eio._receive_packet = spy
    pings.get(timeout=LIMIT)
    pings.get(timeout=LIMIT)
    same(ack(io, "echo", "beating"), "beating")


@check("reconnects after a cut")
def _():
    proxy = CuttableProxy(URL)
    io, heard = client(proxy.url, reconnection=True)
    sid = io.get_sid()
    wait_for_all(heard, "connect", "hello")
    proxy.cut()
    wait(heard, "disconnect")
    proxy.mended = True
    wait_for_all(heard, "connect", "hello")
    assert io.get_sid() != sid
    same(ack(io, "echo", "back"), "back")


os._exit(0 if failures == 0 else 1)
