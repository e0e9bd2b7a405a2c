"""Holds requests and answers against `prolific-openapi.yaml`.

Stricter than the contract asks of the real service in one point: a field that the contract does
not name is an error, since nearly all fields are optional and a misspelt one would pass.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

CONTRACT_PATH: Final = Path(__file__).with_name("prolific-openapi.yaml")

_URI: Final = "urn:prolific"
_METHODS: Final = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}


class RequestLike(Protocol):
    """A request: the demo's, or one that a test has put together."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> Mapping[str, str]: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


class AnswerLike(Protocol):
    """An answer, its headers by lower-case name."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Described:
    """One operation as the contract describes it."""

    operation_id: str
    method: str
    template: str
    pointer: str
    """Where in the document it stands, as a JSON pointer."""
    parameters: Mapping[str, Mapping[str, Any]]
    """By name."""
    responses: Mapping[str, Any]
    """By status, or `default`."""
    request_body: Mapping[str, Any] | None

    def path(self, parameters: Mapping[str, str]) -> str:
        """The template with its parameters filled in, percent-encoded."""
        quoted = {name: quote(value, safe="") for name, value in parameters.items()}
        return self.template.format(**quoted)


class Contract:
    """The contract sheet, ready to judge."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = _without_unnamed_fields(document)
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self.operations: Final = {each.operation_id: each for each in self._describe()}
        """Every operation by its operationId; what Prolific posts to us is not among them."""

    def check(self, operation_id: str, answer: AnswerLike) -> None:
        """Raise an AssertionError unless the operation may answer like this."""
        operation = self.operations[operation_id]
        status = str(answer.status)
        key = status if status in operation.responses else "default"
        pointer, response = self._follow(f"{operation.pointer}/responses/{key}")
        content = response["content"]
        media = answer.headers.get("content-type", "").partition(";")[0]
        if media not in content and (answer.status >= 500 or key == "default"):
            # The contract says in prose that such a body may be HTML or empty.
            return
        assert media in content, f"{operation_id} {status} with content type {media!r}"
        value = json.loads(answer.body) if media == "application/json" else answer.body.decode()
        self._validate(f"{pointer}/content/{_escape(media)}/schema", value, f"{status} of")
        if "error_code" in (fields := _error_fields(value)):
            assert fields["status"] == answer.status

    def check_request(self, operation_id: str, request: RequestLike) -> None:
        """Raise an AssertionError unless this is a request of the operation."""
        operation = self.operations[operation_id]
        assert request.method == operation.method
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.template))
        assert re.fullmatch(pattern, request.path), f"{request.path} is not {operation.template}"
        assert request.headers.get("authorization", "").startswith("Token ")
        described = {n: p for n, p in operation.parameters.items() if p["in"] == "query"}
        unknown = request.query.keys() - described.keys()
        assert not unknown, f"{operation_id} takes no {unknown}"
        for name, parameter in described.items():
            assert name in request.query or not parameter.get("required"), f"{name} is missing"
            if name in request.query:
                pointer = f"{parameter['pointer']}/schema"
                _, schema = self._follow(pointer)
                self._validate(pointer, _from_query(request.query[name], schema), name)
        if operation.request_body is None:
            assert not request.body, f"{operation_id} has no body"
        else:
            media = request.headers.get("content-type", "").partition(";")[0]
            assert media == "application/json", f"{operation_id} with content type {media!r}"
            pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
            self._validate(pointer, json.loads(request.body), "the body of")

    def _validate(self, pointer: str, value: object, what: str) -> None:
        schema = {"$ref": f"{_URI}#{quote(pointer, safe='/~')}"}
        errors = list(Draft202012Validator(schema, registry=self._registry).iter_errors(value))
        assert not errors, f"{what} {pointer}: {errors[0].message} in {value!r}"

    def _follow(self, pointer: str) -> tuple[str, Any]:
        """What stands at a pointer, and where that is once references are followed."""
        found: Any = self._document
        for escaped in pointer.removeprefix("/").split("/"):
            token = escaped.replace("~1", "/").replace("~0", "~")
            found = found[int(token)] if isinstance(found, list) else found[token]
        if "$ref" in found:
            return self._follow(found["$ref"].removeprefix("#"))
        return pointer, found

    def _describe(self) -> Iterator[Described]:
        for template, item in self._document["paths"].items():
            at_path = f"/paths/{_escape(template)}"
            for method in item.keys() & _METHODS:
                pointer = f"{at_path}/{method}"
                operation = item[method]
                places = [f"{at_path}/parameters/{i}" for i in _indices(item)]
                places += [f"{pointer}/parameters/{i}" for i in _indices(operation)]
                followed = [self._follow(place) for place in places]
                yield Described(
                    operation_id=operation["operationId"],
                    method=method.upper(),
                    template=template,
                    pointer=pointer,
                    parameters={found["name"]: {**found, "pointer": at} for at, found in followed},
                    responses=operation["responses"],
                    request_body=operation.get("requestBody"),
                )


def _indices(holder: Mapping[str, Any]) -> range:
    return range(len(holder.get("parameters", [])))


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _error_fields(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        return {}
    nested = value.get("error")
    return nested if isinstance(nested, dict) else value


def _from_query(text: str, schema: Mapping[str, Any]) -> object:
    """The value that a query's text stands for, by the type that the schema asks for."""
    if schema.get("type") == "integer":
        return int(text)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _without_unnamed_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    strict: dict[str, Any] = copy.deepcopy(dict(document))
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


@cache
def load_contract() -> Contract:
    """The contract that stands beside this file."""
    return Contract(yaml.safe_load(CONTRACT_PATH.read_text(encoding="utf-8")))
