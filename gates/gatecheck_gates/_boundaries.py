"""Where the outside world enters a program: endpoints, commands, queue tasks and database models, by their syntax."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from gatecheck.soundness.model import Found, Function, Module, dotted, last_name

Sort = Literal["endpoint", "command", "task", "model"]

WEB = frozenset(
    {
        *("fastapi", "flask", "starlette", "aiohttp", "django", "rest_framework", "quart", "sanic", "litestar"),
        *("flask_restful", "flask_restx", "ninja", "bottle", "tornado", "falcon"),
    }
)
COMMANDS = frozenset({"click", "typer", "argparse", "asyncclick", "rich_click", "cyclopts"})
QUEUES = frozenset({"celery", "dramatiq", "rq", "huey", "arq", "taskiq"})
DATABASES = frozenset(
    {"sqlalchemy", "sqlmodel", "peewee", "django", "flask_sqlalchemy", "mongoengine", "tortoise", "playhouse"}
)
FRAMEWORKS = WEB | COMMANDS | QUEUES | DATABASES
_IMPORT = re.compile(rb"^\s*(?:from|import)\s+(?:%s)\b" % "|".join(sorted(FRAMEWORKS)).encode(), re.MULTILINE)

_VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "websocket", "api_route", "view"}
)
_RECEIVER = re.compile(r"(^|_)(app|application|router|routes|api|bp|blueprint|web)$", re.IGNORECASE)
_VIEWS = re.compile(r"(View|ViewSet|HTTPEndpoint|Resource|RequestHandler)$")
_HANDLERS = _VERBS | {
    "list",
    "retrieve",
    "create",
    "update",
    "partial_update",
    "destroy",
    "on_get",
    "on_post",
    "on_put",
}
_ROUTES = frozenset({"Route", "WebSocketRoute", "add_url_rule", "add_route", "add_api_route", "path", "re_path", "url"})
_TASKS = frozenset({"task", "shared_task", "actor", "job", "periodic_task", "db_task"})
_MODELS = frozenset({"Model", "SQLModel", "Document"})


@dataclass(frozen=True)
class Boundary:
    """One place where the outside world enters: a function with a body to run, or the class of a model."""

    sort: Sort
    name: str
    node: Function | ast.ClassDef


def boundaries_of(path: str, module: Module) -> Iterator[Boundary]:
    """Find them in a source file; a framework's own code is none."""
    spoken = frameworks_of(module) - set(PurePosixPath(path).with_suffix("").parts)
    routed = _routed(module) if spoken & WEB else frozenset()
    for found in module.functions:
        if sort := _sort(found, module, spoken, routed, path):
            yield Boundary(sort, found.name, found.node)
    for name, node in module.classes.items():
        if _is_model(node, module, spoken):
            yield Boundary("model", name, node)


def names_framework(source: bytes) -> bool:
    """Tell whether source that cannot be parsed imports a framework."""
    return bool(_IMPORT.search(source))


def frameworks_of(module: Module) -> frozenset[str]:
    """Give the frameworks that a module imports, from the project's own `celery.py` as well."""
    parts = {part for target in module.imports.values() for part in target.split(".")}
    return FRAMEWORKS & parts


def _sort(found: Found, module: Module, spoken: frozenset[str], routed: frozenset[str], path: str) -> Sort | None:
    decorators = found.node.decorator_list
    if any(_is_route(node, spoken) for node in decorators) or found.name in routed or _is_view(found, module, spoken):
        return "endpoint"
    if "django" in spoken and PurePosixPath(path).stem == "views" and _takes_request(found):
        return "endpoint"
    if spoken & COMMANDS and (_is_command(decorators) or _parses_arguments(found.node, module)):
        return "command"
    if spoken & QUEUES and any(last_name(node) in _TASKS for node in decorators):
        return "task"
    return None


def _is_route(node: ast.expr, spoken: frozenset[str]) -> bool:
    """Tell whether a decorator registers a path: `@app.get("/items")`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _VERBS:
        return False
    if not (spoken & WEB) and not _RECEIVER.search(last_name(node.func.value)):
        return False
    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg in {"path", "rule"})]
    words = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return any(word.startswith("/") or (not word and bool(spoken & WEB)) for word in words)


def _is_view(found: Found, module: Module, spoken: frozenset[str]) -> bool:
    """Tell whether a method answers requests, in a class that the framework made for that."""
    if found.owner is None or not spoken & WEB or found.node.name not in _HANDLERS:
        return False
    bases = [module.meaning(base) for base in found.owner.bases]
    return any(_VIEWS.search(base) and base.split(".")[0] in WEB for base in bases)


def _takes_request(found: Found) -> bool:
    arguments = found.node.args.args
    return found.owner is None and bool(arguments) and arguments[0].arg == "request"


def _routed(module: Module) -> frozenset[str]:
    """Give the names of functions that a table of routes mentions."""
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and last_name(node) in _ROUTES)
    given = (arg for call in calls for arg in (*call.args[1:], *(word.value for word in call.keywords)))
    return frozenset(arg.id for arg in given if isinstance(arg, ast.Name))


def _is_command(decorators: list[ast.expr]) -> bool:
    """Tell whether a decorator makes a command of a function: `@click.command()`, `@cli.command`."""
    called = (node.func if isinstance(node, ast.Call) else node for node in decorators)
    return any(dotted(node).split(".")[-1] in {"command", "group"} for node in called)


def _parses_arguments(node: Function, module: Module) -> bool:
    """Tell whether a function is the one that reads the command line."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    made = any(module.meaning(call.func) == "argparse.ArgumentParser" for call in calls)
    return made and any(last_name(call) in {"parse_args", "parse_known_args"} for call in calls)


def _is_model(node: ast.ClassDef, module: Module, spoken: frozenset[str]) -> bool:
    """Tell whether a class is a table: it names one, or is made of a class of a database library."""
    if any(dotted(base) == "db.Model" for base in node.bases):  # Flask-SQLAlchemy, wherever `db` was made
        return True
    if not spoken & DATABASES:
        return False
    if any(word.arg == "table" and getattr(word.value, "value", False) is True for word in node.keywords):
        return True
    if any(last_name(target) == "__tablename__" for inner in node.body for target in getattr(inner, "targets", [])):
        return True
    bases = (module.meaning(base) for base in node.bases)
    return any(base.split(".")[-1] in _MODELS - {"SQLModel"} and base.split(".")[0] in DATABASES for base in bases)
