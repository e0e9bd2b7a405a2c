"""What can be switched on to go wrong, what it does to a write, and how it is written down."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prolific_tui.demo.faults import check_operation
from prolific_tui.demo.routes import OPERATION_IDS
from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE, demo_service
from prolific_tui.demo.service import Answer, Cut, Fault, Service, parse_effect, parse_fault
from prolific_tui.errors import SettingsError
from tests.contract.caller import make_request


@pytest.fixture
def service() -> Service:
    return demo_service()


def _append(service: Service, username: str = "new") -> Answer:
    path = {"credential_pool_id": CHATBOT_B}
    body = {"credentials": f"{username},x"}
    return service.handle(make_request("updateCredentialPool", path=path, body=body))


def _size(service: Service) -> int:
    return len(service.state.pools[CHATBOT_B].passwords)


class TestEffects:
    @pytest.mark.parametrize("status", [302, 400, 409, 429, 499, 500, 502, 504, 520])
    def test_a_status_is_answered_and_nothing_is_applied(
        self, service: Service, status: int
    ) -> None:
        service.switch_on("updateCredentialPool", Fault(status))
        answer = _append(service)
        assert (answer.status, answer.cut, _size(service)) == (status, False, 60)

    def test_a_gateway_answers_in_html(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(502))
        answer = _append(service)
        assert answer.headers["content-type"] == "text/html"
        assert b"<title>502 Bad Gateway</title>" in answer.body

    @pytest.mark.parametrize(("asked", "header"), [(None, "1"), (0, "0"), (30, "30")])
    def test_too_many_requests_says_when_to_come_back(
        self, service: Service, asked: int | None, header: str
    ) -> None:
        service.switch_on("updateCredentialPool", Fault(429, retry_after=asked))
        assert _append(service).headers["retry-after"] == header

    def test_a_redirect_leads_to_another_host(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(307))
        assert _append(service).headers["location"].startswith("https://elsewhere.invalid/")

    def test_a_body_of_the_test_s_own_stands_in_for_the_usual_one(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(422, body=b"{"))
        assert _append(service).body == b"{"

    def test_a_cut_before_leaves_everything_as_it_was(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(cut=Cut.BEFORE))
        answer = _append(service)
        assert (answer.cut, answer.begun, _size(service)) == (True, False, 60)

    def test_a_cut_after_comes_when_the_write_is_applied(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(cut=Cut.AFTER))
        answer = _append(service)
        assert (answer.cut, answer.begun, _size(service)) == (True, False, 61)

    def test_a_cut_within_comes_when_the_answer_has_begun(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(cut=Cut.WITHIN))
        answer = _append(service)
        assert (answer.cut, answer.begun, _size(service)) == (True, True, 61)

    def test_a_delayed_write_is_applied_at_once(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(delay=3))
        answer = _append(service)
        assert (answer.status, answer.delay, _size(service)) == (200, 3, 61)

    def test_a_fault_strikes_as_often_as_it_was_told_to(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(503, times=2))
        assert [_append(service).status for _ in range(3)] == [503, 503, 200]
        assert service.faults == {}

    def test_a_fault_strikes_one_operation_until_it_is_switched_off(self, service: Service) -> None:
        service.switch_on("updateCredentialPool", Fault(500))
        query = {"workspace_id": MAIN_WORKSPACE}
        assert service.handle(make_request("listCredentialPools", query=query)).status == 200
        assert [_append(service).status for _ in range(3)] == [500] * 3
        service.switch_off("updateCredentialPool")
        assert _append(service).status == 200

    def test_all_faults_are_switched_off_together(self, service: Service) -> None:
        service.switch_on("getMe", Fault(500))
        service.switch_on("listStudies", Fault(delay=1))
        service.switch_off()
        assert service.faults == {}

    def test_a_gateway_fails_before_anyone_asks_for_a_token(self, service: Service) -> None:
        service.switch_on("getMe", Fault(502))
        assert service.handle(make_request("getMe", token="")).status == 502

    def test_a_wrong_token_is_still_wrong_where_the_fault_lets_the_request_through(
        self, service: Service
    ) -> None:
        service.switch_on("getMe", Fault(delay=1))
        assert service.handle(make_request("getMe", token="x")).status == 401

    def test_an_operation_that_there_is_not_can_t_go_wrong(self, service: Service) -> None:
        with pytest.raises(SettingsError) as caught:
            service.switch_on("x", Fault(500))
        assert "getStudyCredentialsReport" in caught.value.hint
        with pytest.raises(SettingsError):
            service.switch_off("x")
        assert check_operation("getMe") == "getMe"


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("createCredentialPool=502", ("createCredentialPool", Fault(502))),
            ("updateCredentialPool=cut-after", ("updateCredentialPool", Fault(cut=Cut.AFTER))),
            ("listCredentialPools=delay:3", ("listCredentialPools", Fault(delay=3))),
            (
                "createSecret=cut-before,times:1",
                ("createSecret", Fault(cut=Cut.BEFORE, times=1)),
            ),
            (
                " getMe = 429 , retry-after:7, delay:0.25 ",
                ("getMe", Fault(429, delay=0.25, retry_after=7)),
            ),
        ],
    )
    def test_faults_are_read_from_a_command_line(
        self, text: str, expected: tuple[str, Fault]
    ) -> None:
        assert parse_fault(text) == expected

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("getMe", "no equals sign"),
            ("getYou=502", "not an operation"),
            ("getMe=", "''"),
            ("getMe=200", "from 300 to 599"),
            ("getMe=600", "from 300 to 599"),
            ("getMe=ham", "'ham'"),
            ("getMe=status:502", "not something that can go wrong"),
            ("getMe=cut-after:1", "not something that can go wrong"),
            ("getMe=delay:soon", "not a number of seconds"),
            ("getMe=delay:-1", "not a number of seconds"),
            ("getMe=delay:inf", "not a number of seconds"),
            ("getMe=delay:nan", "not a number of seconds"),
            ("getMe=502,times:0", "whole number from 1"),
            ("getMe=429,retry-after:x", "whole number from 0"),
            ("getMe=times:1", "does not say what goes wrong"),
            ("getMe=502,503", "second time"),
            ("getMe=cut-before,cut-after", "second time"),
            ("getMe=502,cut-after", "nothing takes effect"),
        ],
    )
    def test_what_is_no_fault_is_refused_in_words(self, text: str, words: str) -> None:
        with pytest.raises(SettingsError) as caught:
            parse_fault(text)
        error = caught.value
        assert re.search(re.escape(words), error.message)
        assert error.hint

    @given(
        fault=st.builds(
            Fault,
            status=st.none() | st.integers(300, 599),
            delay=st.floats(0, 1000),
            cut=st.none() | st.just(Cut.BEFORE),
            times=st.none() | st.integers(1, 1000),
            retry_after=st.none() | st.integers(0, 1000),
        )
        | st.builds(Fault, cut=st.sampled_from(Cut), delay=st.floats(0, 1000))
    )
    @settings(deadline=None, derandomize=True)
    def test_what_is_written_is_read_back(self, fault: Fault) -> None:
        if fault.status is None and fault.cut is None and not fault.delay:
            with pytest.raises(SettingsError):
                parse_effect(str(fault))
        else:
            assert parse_effect(str(fault)) == fault

    @given(
        parts=st.lists(
            st.sampled_from(["502", "cut-after", "cut-before", "delay", "times", "retry-after"])
            | st.text(alphabet="0259:,-.e ٣\x00", max_size=4)
        )
    )
    @settings(deadline=None, derandomize=True)
    def test_any_text_is_a_fault_or_a_refusal(self, parts: list[str]) -> None:
        try:
            fault = parse_effect(",".join(parts))
        except SettingsError:
            return
        assert replace(fault, times=None, retry_after=None) != Fault()


def test_the_names_of_operations_and_effects_are_all_that_a_fault_shows() -> None:
    service = demo_service()
    for operation_id in OPERATION_IDS:
        service.switch_on(operation_id, Fault(502, body=b"hunter2"))
    assert service.faults.keys() == OPERATION_IDS
    assert "hunter2" not in repr(service.faults)
    assert DEMO_TOKEN.reveal() not in repr(service.faults)
