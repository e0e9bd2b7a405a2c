"""Faults switched on and off over HTTP while the demo runs: `/demo/faults/`, beside the API.

`GET /demo/faults/` lists them, `PUT /demo/faults/OPERATION` takes an effect such as `502` or
`cut-after,times:1` as its body, and `DELETE` of one or of all lets things go right again.
"""

from typing import Final
from urllib.parse import unquote

from prolific_tui.demo.exchange import Answer, Request, detail_error, json_answer, nested_error
from prolific_tui.demo.faults import parse_effect
from prolific_tui.demo.service import Service
from prolific_tui.errors import SettingsError

_FAULTS: Final = "/demo/faults/"


def handle(service: Service, request: Request) -> Answer:
    """What the service answers, or the controls where the path is theirs."""
    if not request.path.startswith(_FAULTS):
        return service.handle(request)
    if not service.authorized(request):
        return nested_error(401, "Authentication credentials were not provided or are wrong.")
    operation_id = unquote(request.path.removeprefix(_FAULTS).rstrip("/"))
    try:
        return _control(service, request, operation_id)
    except SettingsError as error:
        return detail_error(400, f"{error.message} {error.hint}")


def _control(service: Service, request: Request, operation_id: str) -> Answer:
    match request.method, operation_id:
        case "GET" | "HEAD", "":
            pass
        case "PUT", _ if operation_id:
            service.switch_on(operation_id, parse_effect(request.body.decode(errors="replace")))
        case "DELETE", _:
            service.switch_off(operation_id or None)
        case _:
            return detail_error(405, f'Method "{request.method}" not allowed.')
    return json_answer({"faults": {name: str(fault) for name, fault in service.faults.items()}})
