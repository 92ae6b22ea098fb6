"""Plans what must be measured, takes each measurement once, side by side, and remembers it by what went in.

A request is a type and a side. Gates and measurements ask by the annotations of their parameters. Requests whose inputs
are equal share one key and are taken once: a head that left the configuration alone is measured once for both `Pinned`
and `Head`. A failure becomes a value, so that it spoils only what needs it.
"""

import graphlib
import hashlib
import inspect
import threading
import time
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cached_property

from gatecheck import process
from gatecheck.cache import Cache
from gatecheck.change import Side
from gatecheck.errors import GatecheckError, PlanError

# How often the waiting main thread looks up: of two signals at once, another thread may be told both, and only the main
# thread acts on them.
_HEED_S = 0.2


@dataclass(frozen=True)
class Request:
    """What is asked for: a type, and the side it is measured on (None: it belongs to the whole change)."""

    type: type
    side: Side | None = None

    def __str__(self) -> str:
        """Name the request as an annotation writes it."""
        return f"{self.side.name.capitalize()}[{self.type.__name__}]" if self.side else self.type.__name__


@dataclass(frozen=True)
class Given:
    """A value that the run provides: how to know it in the cache, and how to make it; both only when needed."""

    key: Callable[[], str]
    take: Callable[[], object]


@dataclass(frozen=True)
class Failed:
    """A measurement that could not be taken, and why."""

    reason: str


@dataclass(frozen=True)
class Provider:
    """A measurement: the function that takes it, and the distribution and digest it came with."""

    function: Callable[..., object]
    distribution: str = "gatecheck"
    digest: str = ""

    @property
    def name(self) -> str:
        """Give the function's name without `measure_`, in kebab case."""
        return self.function.__name__.removeprefix("measure_").replace("_", "-")

    @cached_property
    def provides(self) -> type:
        """Give the type that the function is annotated to return."""
        returned = _hints(self.function).get("return")
        if not isinstance(returned, type):
            raise PlanError(f"{self.distribution}: measurement {self.name} does not say what it returns")
        return returned

    @cached_property
    def requests(self) -> dict[str, Request]:
        """Give the requests of the parameters; None as side means the side it is itself asked on."""
        return requests_of(self.function)[0]


@dataclass(frozen=True)
class Taken:
    """One measurement of a run: how long it took, whether the cache had it, and its value or `Failed`."""

    name: str
    side: Side | None
    value: object
    duration_s: float = 0.0
    cached: bool = False


@dataclass(frozen=True)
class Event:
    """A measurement began (`taken` is None) or ended: for progress."""

    name: str
    side: Side | None
    taken: Taken | None = None


def requests_of(function: Callable[..., object]) -> tuple[dict[str, Request], dict[str, Request]]:
    """Read a function's requests from its annotations: those always taken, and those taken on demand (default None)."""
    hints = _hints(function)
    always: dict[str, Request] = {}
    on_demand: dict[str, Request] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.name not in hints:
            raise PlanError(f"{_name(function)}: parameter {parameter.name!r} has no annotation")
        chosen = always if parameter.default is inspect.Parameter.empty else on_demand
        chosen[parameter.name] = _request(hints[parameter.name], _name(function))
    return always, on_demand


def _hints(function: Callable[..., object]) -> dict[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        hint = "is it imported under `if TYPE_CHECKING`? A request must be importable at run time"
        raise PlanError(f"{_name(function)}: {error}: {hint}") from error
    except (AttributeError, SyntaxError, TypeError) as error:
        raise PlanError(f"{_name(function)}: its annotations cannot be read: {error}") from error


def _name(function: Callable[..., object]) -> str:
    return str(getattr(function, "__qualname__", repr(function)))


def _request(annotation: object, owner: str) -> Request:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(part for part in typing.get_args(annotation) if part is not types.NoneType)
    if typing.get_origin(annotation) is typing.Annotated:
        wanted, *marks = typing.get_args(annotation)
        side = next((mark for mark in marks if isinstance(mark, Side)), None)
        return Request(wanted, side)
    if not isinstance(annotation, type):
        raise PlanError(f"{owner}: {annotation!r} is not a type that can be measured")
    return Request(annotation)


@dataclass
class Engine:
    """Takes measurements. One engine serves one run; `takings` is what it took, in order."""

    givens: Mapping[Request, Given]
    providers: Mapping[type, Provider]
    cache: Cache
    jobs: int = 4
    listen: Callable[[Event], None] = lambda _: None
    takings: dict[str, Taken] = field(default_factory=dict)
    _keys: dict[Request, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, request: Request, path: tuple[Request, ...] = ()) -> None:
        """Raise PlanError if a request is unknown, lacks its side or asks for itself; nothing is measured."""
        if request in self.givens:
            return
        if request in path:
            circle = " -> ".join(str(step) for step in (*path, request))
            raise PlanError(f"measurements ask for each other in a circle: {circle}")
        provider = self._provider(request)
        for wanted in self._inputs(provider, request).values():
            self.check(wanted, (*path, request))

    def needs(self, request: Request, other: Request) -> bool:
        """Tell whether taking a request would take another one."""
        if request == other or request in self.givens:
            return request == other
        inputs = self._inputs(self._provider(request), request).values()
        return any(self.needs(wanted, other) for wanted in inputs)

    def key(self, request: Request) -> str:
        """Give the digest of everything that a request's value depends on."""
        if request in self.givens:
            return self.givens[request].key()
        if request not in self._keys:
            provider = self._provider(request)
            parts = [
                provider.distribution,
                provider.function.__module__,
                provider.function.__qualname__,
                provider.digest,
            ]
            parts += [self.key(wanted) for wanted in self._inputs(provider, request).values()]
            self._keys[request] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return self._keys[request]

    def take(self, requests: Iterable[Request]) -> None:
        """Take all that is asked for and what it needs, each once, side by side; afterwards `value` gives it."""
        graph: dict[str, set[str]] = {}
        by_key: dict[str, Request] = {}
        for request in requests:
            self._plan(request, graph, by_key)
        sorter = graphlib.TopologicalSorter(graph)
        sorter.prepare()
        with process.threads(self.jobs) as pool:
            self._work(sorter, by_key, pool)

    def value(self, request: Request) -> object:
        """Give what was taken for a request: its value or `Failed`."""
        if request in self.givens:
            return self._taken_given(request).value
        return self.takings[self.key(request)].value

    def _provider(self, request: Request) -> Provider:
        if request.type not in self.providers:
            known = {asked.side for asked in self.givens if asked.type is request.type}
            plain = ": it belongs to the whole change and has no side" if known == {None} else ""
            sides = ": ask for it by Base[...], Pinned[...] or Head[...]" if known else ": no measurement gives it"
            raise PlanError(f"unknown request {request}{plain or sides}")
        return self.providers[request.type]

    def _inputs(self, provider: Provider, request: Request) -> dict[str, Request]:
        """Give a provider's requests, on the side that it is asked on where it names none."""
        return {name: self._sided(wanted, request.side) for name, wanted in provider.requests.items()}

    def _sided(self, wanted: Request, side: Side | None) -> Request:
        if wanted.side or side is None or wanted in self.givens:
            return wanted
        return Request(wanted.type, side)

    def _plan(self, request: Request, graph: dict[str, set[str]], by_key: dict[str, Request]) -> None:
        key = self.key(request)
        if key in graph or key in self.takings:
            return
        graph[key], by_key[key] = set(), request
        if request in self.givens or self._remembered(request, key):
            return
        for wanted in self._inputs(self._provider(request), request).values():
            self._plan(wanted, graph, by_key)
            graph[key].add(self.key(wanted))

    def _remembered(self, request: Request, key: str) -> bool:
        found: object = self.cache.load(key, request.type)
        if found is None:
            return False
        self.takings[key] = Taken(self._provider(request).name, request.side, found, cached=True)
        self.listen(Event(self._provider(request).name, request.side, self.takings[key]))
        return True

    def _work(
        self, sorter: "graphlib.TopologicalSorter[str]", requests: Mapping[str, Request], pool: ThreadPoolExecutor
    ) -> None:
        running: dict[Future[None], str] = {}
        while sorter.is_active():
            for key in sorter.get_ready():
                if key in self.takings or key not in requests:
                    sorter.done(key)
                else:
                    running[pool.submit(self._take_one, key, requests[key])] = key
            if running:
                done, _ = wait(running, timeout=_HEED_S, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    sorter.done(running.pop(future))

    def _take_one(self, key: str, request: Request) -> None:
        if request in self.givens:
            self._taken_given(request)
            return
        provider = self._provider(request)
        self.listen(Event(provider.name, request.side))
        began = time.monotonic()
        value = self._call(provider, request)
        taken = Taken(provider.name, request.side, value, time.monotonic() - began)
        if not isinstance(value, Failed) and getattr(value, "complete", True):  # a budget may have cut it off
            self.cache.store(key, value)
        with self._lock:
            self.takings[key] = taken
        self.listen(Event(provider.name, request.side, taken))

    def _call(self, provider: Provider, request: Request) -> object:
        inputs = {name: self.value(wanted) for name, wanted in self._inputs(provider, request).items()}
        if failed := next((value for value in inputs.values() if isinstance(value, Failed)), None):
            return failed
        whose = f"measurement {provider.name} of {provider.distribution}"
        try:
            value = provider.function(**inputs)
        except GatecheckError as error:
            return Failed(str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            return Failed(f"{whose} raised {type(error).__name__}: {error}")
        right = isinstance(value, provider.provides)
        return value if right else Failed(f"{whose} gave a {type(value).__name__}")

    def _taken_given(self, request: Request) -> Taken:
        """Make a given value once, however many threads ask."""
        with self._lock:
            key = self.givens[request].key()
            if key not in self.takings:
                began = time.monotonic()
                try:
                    value = self.givens[request].take()
                except GatecheckError as error:
                    value = Failed(str(error))
                self.takings[key] = Taken(request.type.__name__.lower(), request.side, value, time.monotonic() - began)
            return self.takings[key]
