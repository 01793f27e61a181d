"""A store that speaks S3, on this machine."""

import socket
import subprocess
import sys
import time
from uuid import uuid4

from boto3.session import Session


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Store:
    """moto, which keeps what it is given in its memory."""

    def __enter__(self):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(  # noqa: S603 - the words of the command stand here
            [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 30
        while not self.answers():
            assert self.process.poll() is None, "the store did not start"
            assert time.monotonic() < end, "the store does not answer"
            time.sleep(0.05)
        self.client = Session("of", "tests").client("s3", endpoint_url=self.address, region_name="us-east-1")
        return self

    def __exit__(self, *error):
        if hasattr(self, "client"):
            self.client.close()
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=10)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def new_bucket(self):
        name = f"files-{uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name)
        return name

    def contents(self, bucket, prefix=""):
        """``{name: bytes}`` of all objects whose key begins with ``prefix``."""
        found = self.client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return {
            one["Key"].removeprefix(prefix): self.client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            for one in found
        }
