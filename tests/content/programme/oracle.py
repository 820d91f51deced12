"""A second engine, written from docs/programme-engine.md alone: slow, with fractions, everything looked up afresh.

It shares no code with the first. It reads the plan's JSON, already known to be good.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from math import ceil, floor
from typing import Any

Row = tuple[int, int, str, str | None, str | None, int]
"""start, end, kind, item, group, media offset."""


def hash64(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass
class Ledger:
    balance: int = 0
    last_order: int = -1
    starts: dict[str, int] = field(default_factory=dict)


class Oracle:
    def __init__(self, plan: Any) -> None:
        self.house = plan.get("house", [])
        given = plan.get("params", {})
        self.house_bp = given.get("house_bp", 500)
        self.minfill = given.get("minfill_ms", 5000)
        self.slack_bp = given.get("slack_bp", 1000)
        self.ledgers = {}
        for group in plan["groups"]:
            carry = group.get("carry", {})
            self.ledgers[group["id"]] = Ledger(
                carry.get("balance_ms", 0), carry.get("last_order", -1), dict(carry.get("last_starts_ms", {}))
            )
        self.with_gap = {
            (group, item["item"])
            for segment in plan["segments"]
            if segment["kind"] == "rotation"
            for group, listing in segment["groups"].items()
            for item in listing["items"]
            if item.get("gap_ms", 0) > 0
        } | {(group, item) for group, ledger in self.ledgers.items() for item in ledger.starts}
        self.rows: list[Row] = []
        self.after_segment: list[dict[str, tuple[int, int, dict[str, int]]]] = []
        self.quotas: list[dict[str, int]] = []
        for segment in plan["segments"]:
            self.segment(segment)
            self.after_segment.append(
                {group: (own.balance, own.last_order, dict(own.starts)) for group, own in self.ledgers.items()}
            )

    def segment(self, segment: Any) -> None:
        self.quotas.append({})
        if segment["kind"] == "dark":
            self.rows.append((segment["start_ms"], segment["end_ms"], "dark", None, None, 0))
            return
        plays = self.booked(segment) if segment["kind"] == "fixed" else self.rotation(segment)
        at = segment["start_ms"]
        for play in plays:
            self.filler(at, play[0])
            self.rows.append(play)
            at = play[1]
        self.filler(at, segment["end_ms"])

    def booked(self, segment: Any) -> list[Row]:
        plays: list[Row] = []
        for item in segment["items"]:
            start = segment["start_ms"] + item["offset_ms"]
            group, media = item.get("group"), item.get("media_offset_ms", 0)
            plays.append((start, start + item["duration_ms"], "item", item["item"], group, media))
            if (group, item["item"]) in self.with_gap:
                self.ledgers[group].starts[item["item"]] = start - media
        return plays

    def filler(self, start: int, end: int) -> None:
        order = sorted(self.house, key=lambda one: (hash64(f"{start}\n{one['item']}"), one["item"]))
        while start < end:
            fitting = [
                one
                for one in order
                if one["duration_ms"] == end - start or end - start - one["duration_ms"] >= self.minfill
            ]
            if not fitting:
                self.rows.append((start, end, "filler", None, None, 0))
                return
            chosen = fitting[0]
            self.rows.append((start, start + chosen["duration_ms"], "filler", chosen["item"], None, 0))
            start += chosen["duration_ms"]
            turn = order.index(chosen) + 1
            order = order[turn:] + order[:turn]

    def shares(self, segment: Any, lists: dict[str, list[Any]]) -> dict[str, int]:
        length = segment["end_ms"] - segment["start_ms"]
        left = length - floor(Fraction(length * self.house_bp, 10_000))
        final: dict[str, int] = {}
        open_groups = sorted(lists)
        while True:
            trial = self.apportioned(left, {group: segment["groups"][group]["weight"] for group in open_groups})
            full = {}
            for group in open_groups:
                gap = max(item.get("gap_ms", 0) for item in lists[group])
                if gap > 0:
                    around = sum(item["duration_ms"] for item in lists[group])
                    cap = floor(Fraction(length * around, gap) * Fraction(10_000, 10_000 + self.slack_bp))
                    if trial[group] >= cap:
                        full[group] = cap
            if not full:
                return {**final, **trial}
            final.update(full)
            left -= sum(full.values())
            open_groups = [group for group in open_groups if group not in full]

    @staticmethod
    def apportioned(left: int, weights: dict[str, int]) -> dict[str, int]:
        exact = {group: Fraction(left * weight, sum(weights.values())) for group, weight in weights.items()}
        given = {group: floor(share) for group, share in exact.items()}
        missing = left - sum(given.values())
        while weights and missing > 0:
            neediest = max(sorted(weights), key=lambda group: exact[group] - given[group])
            given[neediest] += 1
            missing -= 1
        return given

    def rotation(self, segment: Any) -> list[Row]:
        length = segment["end_ms"] - segment["start_ms"]
        lists: dict[str, list[Any]] = {}
        for group, listing in segment["groups"].items():
            fitting = [item for item in listing["items"] if item["duration_ms"] <= length]
            if fitting and listing["weight"] > 0:
                lists[group] = sorted(fitting, key=lambda item: int(item["order"]))
        quota = {group: share for group, share in self.shares(segment, lists).items() if share > 0}
        self.quotas[-1] = quota
        shared = Shared(self, segment["start_ms"], segment["end_ms"], lists, quota)
        plays = shared.plays()
        for group, share in quota.items():
            self.ledgers[group].balance += share - shared.played[group]
        return plays


class Shared:
    """One rotation segment: nothing is remembered but what was played."""

    def __init__(
        self, oracle: Oracle, start: int, end: int, lists: dict[str, list[Any]], quota: dict[str, int]
    ) -> None:
        self.oracle, self.start, self.end, self.lists, self.quota = oracle, start, end, lists, quota
        self.played = dict.fromkeys(quota, 0)

    def head(self, group: str) -> Any:
        later = [item for item in self.lists[group] if item["order"] > self.oracle.ledgers[group].last_order]
        return (later or self.lists[group])[0]

    def duration(self, group: str) -> int:
        return int(self.head(group)["duration_ms"])

    def first_ms_owing(self, group: str, amount: int) -> int:
        # owed(t) = balance + quota (t - start) / length - played >= amount, solved for t
        missing = Fraction(amount - self.oracle.ledgers[group].balance + self.played[group])
        return ceil(self.start + missing * (self.end - self.start) / self.quota[group])

    def needed(self, group: str) -> int:
        day = floor(Fraction(self.start, 86_400_000))
        turned = (hash64("phase\n" + group) + day * 0x9E3779B97F4A7C15) % 2**64
        return floor(self.duration(group) * Fraction(turned // 2**54, 1024))

    def deadline(self, group: str) -> int:
        return self.first_ms_owing(group, self.needed(group) + self.duration(group))

    def free(self, group: str) -> int:
        item = self.head(group)
        last = self.oracle.ledgers[group].starts.get(item["item"])
        return self.start if last is None else last + int(item.get("gap_ms", 0))

    def wake(self, group: str) -> int:
        return max(self.start, self.first_ms_owing(group, self.needed(group)), self.free(group))

    def rank(self, group: str) -> tuple[int, int, str]:
        return self.deadline(group), hash64(f"{self.start}\n{group}"), group

    def plays(self) -> list[Row]:
        plays: list[Row] = []
        now, previous, apart, still_in = self.start, None, "", set(self.quota)
        while True:
            still_in = {group for group in still_in if now + self.duration(group) <= self.end}
            if not still_in:
                return plays
            chosen = self.choose(now, previous, apart, still_in)
            if chosen is None:
                now = min(self.wake(group) for group in still_in)
                previous, apart = None, ""
                if now >= self.end:
                    return plays
                continue
            item = self.head(chosen)
            plays.append((now, now + item["duration_ms"], "item", item["item"], chosen, 0))
            self.played[chosen] += item["duration_ms"]
            self.oracle.ledgers[chosen].last_order = item["order"]
            if (chosen, item["item"]) in self.oracle.with_gap:
                self.oracle.ledgers[chosen].starts[item["item"]] = now
            now += item["duration_ms"]
            previous, apart = chosen, item.get("apart", "")

    def choose(self, now: int, previous: str | None, apart: str, still_in: set[str]) -> str | None:
        ready = sorted((group for group in still_in if self.wake(group) <= now), key=self.rank)
        if not ready:
            first = min(still_in, key=lambda group: (self.wake(group), self.rank(group)))
            soon = self.wake(first) < self.end and self.wake(first) - now < self.oracle.minfill
            return first if soon and self.free(first) <= now else None
        kin = [group for group in ready if group == previous or (apart and self.head(group).get("apart", "") == apart)]
        strangers = [group for group in ready if group not in kin]
        if not strangers:
            return ready[0]
        chosen = strangers[0]
        passed = ready[: ready.index(chosen)]
        ends = [
            now + self.duration(chosen) + sum(self.duration(group) for group in passed[: place + 1])
            for place in range(len(passed))
        ]
        if all(end <= self.deadline(group) for end, group in zip(ends, passed, strict=True)):
            return chosen
        return ready[0]
