# SPDX-License-Identifier: Apache-2.0
"""Two caches and a writer on one server: what one process writes, no other serves from its cache any more.

    PYTHONPATH=generated python3 demo.py localhost:7400
"""

import asyncio
import sys

from near_cache import Loaded, NearCache, connect
from names import escape
from writes import Writer

DATABASE = {"A": 100, "B": 250}  # prices of products


async def load_price(product):
    print(f"  query the price of {product}")
    return Loaded(DATABASE[product], tags=[f"product:{escape(product)}"])


async def show(cache, name):
    """Shows what a process shows of every product."""
    prices = {}
    for product in DATABASE:
        prices[product] = await cache.get_or_load(f"price:{escape(product)}", lambda product=product: load_price(product))
    print(f"{name}: {prices}")


async def main(endpoint):
    async with connect(endpoint) as channel, NearCache(channel, "web") as web, NearCache(channel, "report") as report:
        while not (web.is_live and report.is_live):
            await asyncio.sleep(0.01)
        await show(web, "web")
        await show(report, "report")
        await show(web, "web again")
        DATABASE["A"] = 120  # the commit
        written = await Writer(channel).write("product", "A", "update", wait=True)
        print(f"A costs 120, seen everywhere: {written.seen_everywhere}")
        await show(web, "web")
        await show(report, "report")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "localhost:7400"))
