"""Ask other hosts whether addresses that pages link to still work, each once, and few at a time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from policypages import __version__
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import encode_url

_AGENT: Final = f"policypages/{__version__} (looks whether the links of policy pages still work)"
_SCHEMES: Final = ("http", "https")
_MOST_HOPS: Final = 10
_LONGEST_PAUSE: Final = 30.0
_ERRORS: Final = 400
_OF_SERVER: Final = 500
_MOVED: Final = (301, 308)
_ELSEWHERE: Final = (*_MOVED, 302, 303, 307)
_TOO_MANY: Final = 429
# the page is there, and not for everybody: a login, a payment, a lawyer, or a guard against programs
_NOT_FOR_US: Final = (401, 402, 403, 407, _TOO_MANY, 451)


class Answer(NamedTuple):
    """What came of one address: None where all is well; `again` tells that a later try may do better.

    `lost` tells that no way to the host was found, which may be for want of a network.
    """

    problem: str | None = None
    hint: str | None = None
    again: bool = False
    wait: float = 0.0
    lost: bool = False


class _Reply(NamedTuple):
    """The head of one reply."""

    status: int
    reason: str
    location: str | None
    wait: float


class Asker:
    """Asks hosts: `at_once` threads in all and `per_host` for one, `tries` with growing pauses in seconds.

    `patience` is how long nothing at all may come before those that are left are given up: a host can
    send a byte now and then for ever, and no single wait is too long.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        tries: int = 3,
        pause: float = 1.0,
        at_once: int = 8,
        per_host: int = 2,
        patience: float = 600.0,
    ) -> None:
        self._timeout = timeout
        self._tries = tries
        self._pause = pause
        self._at_once = at_once
        self._per_host = per_host
        self._patience = patience
        self._slots: dict[str, threading.Semaphore] = {}
        self._lock = threading.Lock()
        self._opener = OpenerDirector()  # without what follows redirects, or opens files and FTP
        for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(context=ssl.create_default_context())):
            self._opener.add_handler(handler)

    def ask_all(
        self, addresses: Iterable[str], progress: Callable[[int, int], None] | None = None
    ) -> dict[str, Answer]:
        """Ask for each address once, and return what came of it."""
        wanted = sorted(set(addresses))
        turns = _Turns(wanted, self._per_host)
        total = turns.left
        answers: SimpleQueue[tuple[str, Answer]] = SimpleQueue()

        def work() -> None:
            for address in turns.take():
                try:
                    answer = self.ask(address)
                except Exception as error:  # noqa: BLE001 - whatever it is, the others are asked all the same
                    answer = Answer(f"cannot be asked for: {_words(error)}")
                answers.put((address, answer))

        for _ in range(min(self._at_once, total)):
            threading.Thread(target=work, daemon=True).start()  # Ctrl-C does not wait for a slow host
        out: dict[str, Answer] = {}
        while len(out) < total:
            try:
                address, answer = answers.get(timeout=self._patience)
            except Empty:
                return dict.fromkeys(wanted, Answer("did not come to an end of its answer")) | out
            out[address] = answer
            if progress is not None:
                progress(len(out), total)
        return out

    def ask(self, address: str) -> Answer:
        """Ask for one address, again after a pause where the host is busy or ill."""
        for number in range(self._tries):
            answer = self._follow(address)
            if not answer.again or number + 1 == self._tries:
                return answer
            time.sleep(min(max(answer.wait, self._pause * 2**number), _LONGEST_PAUSE))
        raise AssertionError

    def _follow(self, address: str) -> Answer:
        """Follow an address to where it leads."""
        at, seen = address, {address}
        moved: str | None = None
        for_good = True
        while True:
            try:
                reply = self._reply(at)
            except (OSError, http.client.HTTPException, ValueError) as error:
                return self._failed(address, at, error)
            if reply.status not in _ELSEWHERE or reply.location is None:
                return _judged(address, at, reply, moved)
            at = _page(_onward(at, reply.location))
            if at.partition(":")[0].lower() not in _SCHEMES:
                return Answer(f"leads on to `{at}`, which is no page of the web")
            if at in seen:
                return Answer("leads round in a circle")
            if len(seen) > _MOST_HOPS:
                return Answer(f"leads on more than {_MOST_HOPS} times")
            seen.add(at)
            for_good = for_good and reply.status in _MOVED
            moved = at if for_good else moved

    def _reply(self, address: str) -> _Reply:
        """Ask for the head alone; where a host has a quarrel with that, ask as a browser does."""
        try:
            reply = self._request(address, "HEAD")
        except (ConnectionError, http.client.HTTPException) as error:
            if isinstance(error, ConnectionRefusedError):
                raise
            return self._request(address, "GET")
        if reply.status < _ERRORS or reply.status == _TOO_MANY:
            return reply
        return self._request(address, "GET")

    def _request(self, address: str, method: str) -> _Reply:
        request = Request(address, method=method, headers={"User-Agent": _AGENT, "Accept": "*/*"})  # noqa: S310 - `_follow` lets http and https through alone
        with self._slot(request.host.lower()):
            try:
                response = self._opener.open(request, timeout=self._timeout)
            except URLError as error:
                if isinstance(error.reason, OSError):
                    raise error.reason from error
                raise
            with response:
                head = response.headers
                return _Reply(
                    response.status, response.reason, head["Location"], _seconds(head["Retry-After"])
                )

    def _slot(self, host: str) -> threading.Semaphore:
        """Return what lets so many requests to a host through: a redirect may lead to any."""
        with self._lock:
            return self._slots.setdefault(host, threading.Semaphore(self._per_host))

    def _failed(self, address: str, at: str, error: Exception) -> Answer:
        on = "" if at == address else f"leads on to `{at}`, and that "
        match error:
            case socket.gaierror():
                again = error.errno == socket.EAI_AGAIN
                hint = "is the name of the host right?"
                return Answer(f"{on}is on no host that can be found", hint, again, lost=True)
            case ssl.SSLCertVerificationError():
                return Answer(f"{on}has no certificate to trust: {error.verify_message}")
            case TimeoutError():
                return Answer(f"{on}did not answer within {self._timeout:g} seconds", again=True)
            case ConnectionRefusedError():
                return Answer(f"{on}refuses to be asked", again=True)
            case ValueError():
                return Answer(f"{on}is no address: {_words(error)}")
            case _:
                return Answer(f"{on}does not answer: {_words(error)}", again=True)


class _Turns:
    """The addresses that wait for their turn, so that no more than so many of one host are under way."""

    def __init__(self, addresses: Sequence[str], per_host: int) -> None:
        self._waiting: dict[str, deque[str]] = {}
        for address in addresses:
            self._waiting.setdefault(_host(address), deque()).append(address)
        self._per_host = per_host
        self._under_way: Counter[str] = Counter()
        self._changed = threading.Condition()

    @property
    def left(self) -> int:
        """Return how many addresses wait."""
        return sum(map(len, self._waiting.values()))

    def take(self) -> Iterator[str]:
        """Yield addresses until none waits; each is under way until the next is asked for."""
        while True:
            with self._changed:
                host = self._next()
                while host is None:
                    if not self.left:
                        return
                    self._changed.wait()
                    host = self._next()
                address = self._waiting[host].popleft()
                self._under_way[host] += 1
            try:
                yield address
            finally:
                with self._changed:
                    self._under_way[host] -= 1
                    self._changed.notify_all()

    def _next(self) -> str | None:
        """Return the host that has most to be asked, of those that may be asked."""
        free = [
            host for host, wait in self._waiting.items() if wait and self._under_way[host] < self._per_host
        ]
        return max(free, key=lambda host: len(self._waiting[host]), default=None)


def dead_links(
    outside: Sequence[tuple[str, Diagnostic]],
    asker: Asker,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Diagnostic]:
    """Ask for the address of each link, and say at each of its places what is wrong with it."""
    asked = asker.ask_all([_page(address) for address, _ in outside], progress)
    hosts = {_host(address) for address in asked}
    if len(hosts) > 1 and all(answer.lost for answer in asked.values()):
        message = f"none of {len(hosts)} hosts can be found: is there a network?"
        yield problem("machine", message, hint="without one, leave `--external` out")
        return
    for address, one in outside:
        answer = asked[_page(address)]
        if answer.problem is not None:
            yield replace(one, message=f"`{address}` {answer.problem}", hint=answer.hint)


def _page(address: str) -> str:
    """Return an address without its fragment: that is never asked for."""
    return address.partition("#")[0]


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].lower()


def _onward(at: str, location: str) -> str:
    """Return where a redirect leads; what cannot be read stays as the host said it."""
    try:
        return encode_url(urljoin(at, location))
    except ValueError:
        return location


def _judged(address: str, at: str, reply: _Reply, moved: str | None) -> Answer:
    """Judge the reply at the end of all redirects."""
    status = f"{reply.status} {reply.reason}".strip()
    if reply.status >= _ERRORS and reply.status not in _NOT_FOR_US:
        on = "" if at == address else f"leads on to `{at}`, which "
        again = reply.status >= _OF_SERVER
        hint = None if again else "link to where the page is now, or take the link away"
        return Answer(f"{on}answers {status}", hint, again, reply.wait)
    if reply.status in _ELSEWHERE:
        return Answer(f"answers {status}, and does not say where to")
    if reply.status == _TOO_MANY:
        return Answer(again=True, wait=reply.wait)
    if moved is not None:
        return Answer(f"has moved for good to `{moved}`", "write the new address")
    return Answer()


def _seconds(text: str | None) -> float:
    """Read how long a host asks us to wait; of a date we only know that it is not yet."""
    return float(text) if text is not None and text.strip().isascii() and text.strip().isdecimal() else 0.0


def _words(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]
