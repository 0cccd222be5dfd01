#!/usr/bin/env python3
"""A sales agent in three calls: look at the stock, hold units, then confirm or release them.

    python3 scripts/sales_agent.py SKU [QUANTITY] [--url http://localhost:8001] [--payment succeeds|fails]

Needs `requests`. An API key is taken from the environment variable INVENTORY_API_KEY, if there is one.
"""
import argparse
import os
import random
import sys
import time
import uuid
from urllib.parse import quote

import requests

DEADLINE_SECONDS = 10
ATTEMPT_SECONDS = 5


class Refused(Exception):
    """The service said no; `problem["code"]` says why, `problem["detail"]` says it to people."""

    def __init__(self, problem):
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.problem = problem


class InventoryAgent:
    def __init__(self, url, api_key=None):
        self.url = url.rstrip("/")
        self.session = requests.Session()
        if api_key:
            self.session.headers["X-API-Key"] = api_key

    def inventory(self, sku):
        if sku in (".", ".."):
            raise ValueError(f"a URL cannot end with {sku}: ask POST /inventory/query for it")
        return self._send("GET", "/inventory/" + quote(sku, safe=""))

    def hold(self, sku, quantity, location="online", ttl=None, key=None):
        body = {"sku": sku, "quantity": quantity, "location": location}
        if ttl is not None:
            body["ttl"] = ttl
        return self._send("POST", "/hold", body, key)

    def confirm(self, hold_id, key=None):
        return self._send("POST", "/confirm", {"hold_id": hold_id}, key)

    def release(self, hold_id, key=None):
        return self._send("POST", "/release", {"hold_id": hold_id}, key)

    def _send(self, method, path, body=None, key=None):
        """Sends until there is an answer that a repeat would not change, under one idempotency key."""
        headers = {"X-Idempotency-Key": key or str(uuid.uuid4())} if method == "POST" else {}
        ends_at = time.monotonic() + DEADLINE_SECONDS
        backoff = 0.1
        while True:
            wait = random.uniform(0, backoff)
            try:
                answer = self.session.request(
                    method, self.url + path, json=body, headers=headers, timeout=ATTEMPT_SECONDS
                )
                if answer.ok:
                    return answer.json()
                if "problem+json" not in answer.headers.get("Content-Type", ""):
                    answer.raise_for_status()
                failure = Refused(answer.json())
                if not failure.problem["retryable"]:
                    raise failure
                wait += int(answer.headers.get("Retry-After", 0))
            except (requests.ConnectionError, requests.Timeout) as error:
                failure = error
            if time.monotonic() + wait >= ends_at:
                raise failure
            time.sleep(wait)
            backoff = min(backoff * 2, 5)


def sell(agent, sku, quantity, pay):
    """Holds the units, lets the buyer pay, and then makes it a sale or gives the units back."""
    available = agent.inventory(sku)["online_stock"]
    print(f"{sku}: {available} available online")
    hold = agent.hold(sku, quantity)
    print(f"held {quantity} until {hold['expires_at']}, {hold['remaining_stock']} remain")
    try:
        paid = pay(hold)
    except BaseException:
        agent.release(hold["hold_id"])
        raise
    if paid:
        ended = agent.confirm(hold["hold_id"])
    else:
        ended = agent.release(hold["hold_id"])
    print(f"payment {'succeeded' if paid else 'failed'}: {ended['status']}")


def main():
    parser = argparse.ArgumentParser(description="Sell units as a sales agent does.")
    parser.add_argument("sku")
    parser.add_argument("quantity", nargs="?", type=int, default=1)
    parser.add_argument("--url", default="http://localhost:8001")
    parser.add_argument("--payment", choices=["succeeds", "fails"], default="succeeds")
    options = parser.parse_args()
    agent = InventoryAgent(options.url, os.environ.get("INVENTORY_API_KEY"))
    try:
        sell(agent, options.sku, options.quantity, lambda hold: options.payment == "succeeds")
    except Refused as refused:
        sys.exit(f"refused: {refused}")
    except requests.RequestException as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
