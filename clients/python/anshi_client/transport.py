"""HTTP: sends, tries again where that is safe, and turns a no into a `Problem`. What is safe to send again, the caller says."""

from __future__ import annotations

import time
from typing import Callable

import httpx

from .errors import PROBLEM_PREFIX, FormError, Problem, Unreachable
from .strict import members, read_json

ATTEMPTS_MAX = 6
PAUSE_FIRST_SECONDS = 0.5
PAUSE_MAX_SECONDS = 60
CONNECT_TIMEOUT_SECONDS = 10
# Longer than any slot and the queue before it.
ANSWER_TIMEOUT_SECONDS = 900

Build = Callable[[], httpx.Request]


def read_problem(response: httpx.Response) -> Problem:
    """The service's no, or a stand-in for what a gateway before it says."""
    retry = response.headers.get("retry-after", "")
    facts = {
        "status": response.status_code,
        "retry_after": int(retry) if retry.isascii() and retry.isdigit() else None,
        "request_id": response.headers.get("x-request-id"),
    }
    if response.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        return Problem("not-anshi", f"HTTP {response.status_code} from something that is not Anshi: a gateway?", **facts)
    value = members(read_json(response.content, "the problem"), "the problem", ["type", "title", "status"], ["detail"])
    if value["status"] != response.status_code or not str(value["type"]).startswith(PROBLEM_PREFIX):
        raise FormError("the service's problem contradicts itself")
    return Problem(value["type"].removeprefix(PROBLEM_PREFIX), value["title"], detail=value.get("detail"), **facts)


class Transport:
    """One connection pool. Follows no redirect: a token is for one address."""

    def __init__(self, url: str, language: str) -> None:
        timeout = httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
        self.http = httpx.Client(base_url=url, timeout=timeout, headers={"Accept-Language": language})

    def send(self, build: Build) -> httpx.Response:
        """Sends what `build` makes, anew for each attempt, until there is an answer.

        A lost connection and a 503 are tried again, the latter when its `Retry-After` says.
        """
        pause = PAUSE_FIRST_SECONDS
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                response = self.http.send(build())
            except httpx.TransportError as error:
                if attempt == ATTEMPTS_MAX:
                    raise Unreachable(f"no answer in {attempt} attempts: {type(error).__name__}") from None
                waited = pause
            else:
                if response.is_success:
                    return response
                problem = read_problem(response)
                if problem.status != 503 or attempt == ATTEMPTS_MAX:
                    raise problem
                waited = problem.retry_after if problem.retry_after is not None else pause
            time.sleep(min(waited, PAUSE_MAX_SECONDS))
            pause *= 2
        raise AssertionError("the last attempt returns or raises")
