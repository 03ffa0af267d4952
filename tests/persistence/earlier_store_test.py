# SPDX-License-Identifier: Apache-2.0
"""A server continues on the stores that earlier versions have written: the same epoch, and everything that they held.

    earlier_store_test.py            checks every store of tests/data/stores
    earlier_store_test.py --record   adds the store of this version to that folder (before a release)

VERSION.tar.xz is a data directory, after a clean stop; VERSION.txt what `cachectl` shows of it.
"""

import os
import pathlib
import subprocess
import sys
import tarfile
import unittest

import server

STORES = pathlib.Path("tests/data/stores")
DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])

# What the store holds is made by these.
WRITTEN = [
    ["rule", "register", "lists", "--trigger", "orders", "--invalidate", "lists:{context.customer}"],
    ["rule", "register", "big", "--trigger", "orders", "--invalidate", "big:#all", "--condition", "context.total > 100"],
    ["relationship", "register", "orders", "customers", "--cardinality", "many_to_one", "--template", "customers:{context.customer}"],
    ["dependency", "add", "report:revenue", "orders:#all", "lists:ann"],
    ["entry", "track", "page:home", "--tag", "orders:9", "--tag", "customers:ann:pages"],
    ["entry", "track", "page:other", "--tag", "orders:2"],
    ["write", "orders", "1", "update", "--context", '{"customer": "ann", "total": 120}'],
    ["write", "orders", "3", "insert", "--context", '{"customer": "bob", "total": 20}'],
]
# What it holds is shown by these.
SHOWN = [
    ["export"],
    ["dependency", "list", "report:revenue"],
    ["entry", "lookup", "page:home"],
    ["entry", "lookup", "page:other"],
    ["watch", "--from-revision", "0", "--until-revision", "2"],
]


def cachectl(ports, *words):
    endpoint = f"--endpoint=localhost:{ports['grpc']}"
    done = subprocess.run([os.environ["CACHECTL"], endpoint, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f"$ cachectl {' '.join(words)}\n{done.stdout}"


def running(data, work):
    return server.running(os.environ["SERVER"], work, ["--durability=sync", f"--data_dir={data}"])


def shown(ports):
    return "".join(cachectl(ports, *words) for words in SHOWN)


def record(version):
    data, work = DIRECTORY / "data", DIRECTORY / "work"
    work.mkdir()
    with running(data, work) as ports:
        for words in WRITTEN:
            print(cachectl(ports, *words), end="")
    with running(data, work) as ports:
        STORES.joinpath(f"{version}.txt").write_text(shown(ports))
    with tarfile.open(STORES / f"{version}.tar.xz", "w:xz") as tar:
        tar.add(data, arcname="data")


class EarlierStoreTest(unittest.TestCase):
    def test_everything_is_still_there(self):
        stores = sorted(STORES.glob("*.tar.xz"))
        self.assertTrue(stores)
        for store in stores:
            version = store.name.removesuffix(".tar.xz")
            with self.subTest(version):
                work = DIRECTORY / version
                work.mkdir()
                with tarfile.open(store) as tar:
                    tar.extractall(work)
                with running(work / "data", work) as ports:
                    self.assertEqual(shown(ports), STORES.joinpath(f"{version}.txt").read_text())
                    self.assertIn("revision 3, ", cachectl(ports, "write", "orders", "2", "delete"))


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        record(subprocess.check_output([os.environ["SERVER"], "--version"], text=True).split()[-1])
    else:
        unittest.main()
