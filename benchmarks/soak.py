"""Overload: goodput and fairness with more callers than the service can answer.

    python -m benchmarks.soak

First as many callers as give the highest throughput, then three, ten and thirty times as many. Then
one tenant at its quota and at twenty times its quota, beside others with low rates. Refused callers
respect Retry-After, except for the flooding tenant. Fails if an answer is a 5xx or missing, or if a
limit in docs/operating/edge.md is not met.
"""

import asyncio
import itertools
import sys
from time import perf_counter

import msgspec
import uvloop

from benchmarks.databases import SqliteFiles, a_folder
from benchmarks.load import answer_length
from benchmarks.processes import Cores
from benchmarks.servers import service

# So many callers give the highest throughput, according to the load generator.
_CALLERS = 64
# Goodput must hold up to so many times the callers; beyond that it is only reported.
_REQUIRED = 10
_TENANTS = 8
_SECONDS = 6.0
_QUOTA = 100
_FLOOD = 20
_NEIGHBOURS = 4
_PER_NEIGHBOUR = 20.0
_ROUNDS = 3
_READ_BYTES = 1 << 16
_numbers = itertools.count(1)


class Answers(msgspec.Struct):
    """The answers to a group of callers; times are seconds."""

    seconds: float = 1.0
    done: list[float] = []
    refused: list[float] = []
    failed: int = 0

    @property
    def per_second(self) -> float:
        return len(self.done) / self.seconds

    @property
    def answered(self) -> float:
        """The share of requests that were not refused."""
        return len(self.done) / max(1, len(self.done) + len(self.refused) + self.failed)


def read(tenant: str) -> bytes:
    return (
        "GET /customers?pageSize=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer soak\r\n"
        f"X-Tenant-Id: {tenant}\r\n\r\n"
    ).encode()


def write(tenant: str) -> bytes:
    number = next(_numbers)
    body = f'{{"name":"Customer {number}"}}'
    return (
        "POST /customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer soak\r\n"
        f"X-Tenant-Id: {tenant}\r\nX-Request-ID: soak-{number}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Caller:
    def __init__(
        self, tenant: str, *, writes: bool, rate: float = 0.0, retries_early: bool = False
    ):
        self._tenant = tenant
        self._request = write if writes else read
        self._rate = rate
        self._retries_early = retries_early

    async def call(self, port: int, ends: float, answers: Answers) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        due = perf_counter()
        try:
            while perf_counter() < ends:
                began = perf_counter()
                writer.write(self._request(self._tenant))
                status = await _status(reader)
                self._count(status, perf_counter() - began, answers)
                due = await self._rest(status, due)
        except (OSError, asyncio.IncompleteReadError):
            answers.failed += 1
        finally:
            writer.close()

    def _count(self, status: int, seconds: float, answers: Answers) -> None:
        if 200 <= status < 300:
            answers.done.append(seconds)
        elif status == 429:
            answers.refused.append(seconds)
        else:
            answers.failed += 1

    async def _rest(self, status: int, due: float) -> float:
        if status == 429 and not self._retries_early:
            await asyncio.sleep(1)  # as Retry-After says
        if self._rate:
            due = max(due + 1 / self._rate, perf_counter() - 1 / self._rate)
            await asyncio.sleep(max(0.0, due - perf_counter()))
        return due


async def _status(reader: asyncio.StreamReader) -> int:
    received = bytearray()
    while len(received) < answer_length(received):
        data = await reader.read(_READ_BYTES)
        if not data:
            raise asyncio.IncompleteReadError(bytes(received), None)
        received += data
    return int(received[9:12])


async def crowd(port: int, *groups: list[Caller]) -> list[Answers]:
    """All callers call concurrently. Returns the answers to each group."""
    answers = [Answers(_SECONDS, [], []) for _ in groups]
    ends = perf_counter() + _SECONDS
    await asyncio.gather(
        *(
            caller.call(port, ends, counted)
            for callers, counted in zip(groups, answers, strict=True)
            for caller in callers
        )
    )
    return answers


def everybody(count: int, *, writes: bool) -> list[Caller]:
    return [Caller(f"tenant-{number % _TENANTS}", writes=writes) for number in range(count)]


def at(times: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    ordered = sorted(times)
    return round(ordered[int(share * (len(ordered) - 1))] * 1000, 1) if ordered else 0.0


async def overload(port: int) -> list[str]:
    """Returns the limits that were not met."""
    broken, peak = [], 0.0
    await crowd(port, everybody(_CALLERS, writes=True))
    print("| callers | done/s | reads answered | writes refused | 429 in, p99 | failed |")
    print("| --- | --- | --- | --- | --- | --- |")
    for times in (1, 3, 10, 30):
        half = _CALLERS * times // 2
        reads, writes = await crowd(
            port, everybody(half, writes=False), everybody(half, writes=True)
        )
        done, failed = reads.per_second + writes.per_second, reads.failed + writes.failed
        rejections = at(reads.refused + writes.refused, 0.99)
        peak = max(peak, done)
        print(
            f"| {half * 2} | {done:.0f} | {reads.answered:.2%} | {1 - writes.answered:.2%}"
            f" | {rejections} ms | {failed} |"
        )
        broken += [f"{times} times: {failed} failed"] if failed else []
        if times <= _REQUIRED and done < 0.9 * peak:
            broken += [f"{times} times: goodput fell"]
        broken += [f"{times} times: reads were refused"] if reads.answered < 0.995 else []
    return broken


async def flood(port: int) -> list[str]:
    broken: list[str] = []
    others = [
        Caller(f"other-{number % _NEIGHBOURS}", writes=number % 2 == 0, rate=_PER_NEIGHBOUR)
        for number in range(_NEIGHBOURS * 2)
    ]
    p99: dict[int, list[float]] = {1: [], _FLOOD: []}
    for _ in range(_ROUNDS):
        for times in (1, _FLOOD):
            rate = _QUOTA * times / _CALLERS
            loud = [Caller("loud", writes=True, rate=rate, retries_early=True)] * _CALLERS
            answers, loud_answers = await crowd(port, others, loud)
            p99[times].append(at(answers.done, 0.99))
            print(
                f"loud at {times} times its quota: {loud_answers.per_second:.0f}/s done,"
                f" {len(loud_answers.refused) / loud_answers.seconds:.0f}/s refused;"
                f" others' p99 {p99[times][-1]} ms"
            )
            if answers.failed or loud_answers.failed or answers.refused:
                broken.append("the others were refused, or somebody failed")
    calm, loud_p99 = (sorted(p99[times])[_ROUNDS // 2] for times in (1, _FLOOD))
    print(f"others' p99, medians: {calm} ms and {loud_p99} ms, {loud_p99 / calm:.2f} times")
    return broken


def main() -> None:
    cores = Cores.for_workers(1)
    with a_folder(None) as folder:
        place = SqliteFiles(folder).seeded("soak", 1_000)
        with service(place, cores) as found:
            broken = uvloop.run(overload(found.port))
        limits = {"CRM_RATE_LIMIT_TENANT": str(_QUOTA), "CRM_RATE_LIMIT_BURST": "1"}
        with service(place, cores, settings=limits) as found:
            broken += uvloop.run(flood(found.port))
    sys.exit("\n".join(broken) or 0)


if __name__ == "__main__":
    main()
