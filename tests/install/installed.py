# SPDX-License-Identifier: Apache-2.0
"""What `./dev install` installs, unpacked once for all tests, and a server to run programs on.

TREE is the file with the tree, SERVER the server, CACHECTL the command line tool. Everything that is created is in $TEST_TMPDIR.
"""

import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import server

DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])
PREFIX = DIRECTORY / "prefix"
CONSUMERS = pathlib.Path("tests/install/consumers").resolve()
SHARED = "cache_invalidation_client"
STATIC = "cache_invalidation_client_static"


def unpack():
    """Unpacks the tree, unless that is done."""
    if not PREFIX.exists():
        with tarfile.open(os.environ["TREE"]) as tree:
            tree.extractall(PREFIX)


def try_to_run(*command, typed="", **environment):
    """The exit code of the command and what it prints. It reads `typed`."""
    done = subprocess.run(
        [str(word) for word in command],
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout


def run(*command, typed="", **environment):
    """What the command prints; its failure fails the test and shows everything."""
    code, output = try_to_run(*command, typed=typed, **environment)
    if code != 0:
        raise AssertionError(f"{command} ended with {code}:\n{output}")
    return output


def copy(folder):
    """A copy of the folder: a build writes into it."""
    source = pathlib.Path(folder)
    destination = pathlib.Path(tempfile.mkdtemp(dir=DIRECTORY)) / source.name
    shutil.copytree(source, destination)
    return destination


def run_on_server(program, *arguments, typed="", **environment):
    """What the program prints. Its first argument is the endpoint of a new server."""
    with server.running(os.environ["SERVER"], DIRECTORY) as ports:
        return run(program, f"localhost:{ports['grpc']}", *arguments, typed=typed, **environment)


def pkg_config(*arguments):
    """The words that pkg-config prints."""
    return run("pkg-config", *arguments, PKG_CONFIG_PATH=str(PREFIX / "lib/pkgconfig")).split()


def compile_cc(output, *sources, module=STATIC, flags=()):
    """Compiles and links a program with pkg-config. It finds a shared library by its run path."""
    arguments = pkg_config("--cflags", "--libs", module)
    path = f"-Wl,-rpath,{PREFIX}/lib"
    run("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", *flags, "-o", output, *sources, *arguments, path)
    return output


def cmake(directory, *arguments):
    """Configures and builds the project. Returns the folder of its build."""
    build = directory / "build"
    run("cmake", "-S", directory, "-B", build, f"-DCMAKE_PREFIX_PATH={PREFIX}", *arguments)
    run("cmake", "--build", build)
    return build
