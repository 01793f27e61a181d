"""Files of editors in a bucket of a store that speaks S3, for hosts that have no folder in common.

The bucket is nobody's to read but the portal's: addresses of files stay the portal's own, which asks who may. boto3 is
used as it is: what would lie between (django-storages) has other addresses, errors and times for nearly each question.
"""

import shutil
from contextlib import closing, contextmanager
from functools import cached_property
from io import BytesIO
from tempfile import TemporaryFile
from threading import Lock

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.encoding import filepath_to_uri

from .storage import Away, note_written

PATIENCE = 10  # seconds, and once more
IN_MEMORY = 1024 * 1024  # bytes; what is larger waits on the disk
MISSING = ("404", "NoSuchKey")  # but not "NoSuchBucket"


class Bucket(Storage):
    """A file is written by one request, so that it is there wholly or not at all."""

    def __init__(self, bucket, prefix="", endpoint="", region="", key="", secret=""):
        self.bucket, self.prefix = bucket, f"{prefix}/" if prefix else ""
        self.location = f"s3://{bucket}/{self.prefix}"
        self.is_silent, self.trying = False, Lock()
        # Few other stores have names in front of their own for each bucket, or know the sums that AWS has since 2025.
        config = Config(
            connect_timeout=3,
            read_timeout=PATIENCE,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # Without a key: the role of the machine, or what else boto3 finds.
        self.session = {"aws_access_key_id": key or None, "aws_secret_access_key": secret or None}
        self.options = {"endpoint_url": endpoint or None, "region_name": region or "us-east-1", "config": config}

    @cached_property
    def client(self):
        """One for all threads of a worker. Made when it is needed, so that no two workers share connections."""
        return Session(**self.session).client("s3", **self.options)

    @contextmanager
    def asking_for(self, name):
        """Once it was silent, one thread at a time goes on asking: the others have readers to answer."""
        is_trying = self.is_silent
        if is_trying and not self.trying.acquire(blocking=False):
            raise Away(f"The store of files does not answer anybody, and so not for {self.location}{name}")
        try:
            yield
            self.is_silent = False
        except ClientError as error:
            self.is_silent = False
            if error.response["Error"]["Code"] in MISSING:
                raise FileNotFoundError(f"{self.location}{name}") from error
            raise Away(f"The store of files refuses {self.location}{name}: {error}") from error
        except BotoCoreError as error:
            self.is_silent = isinstance(error, (ConnectTimeoutError, ReadTimeoutError))
            raise Away(f"The store of files does not answer for {self.location}{name}: {error}") from error
        finally:
            if is_trying:
                self.trying.release()

    def object(self, name):
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{name}"}

    def head(self, name):
        with self.asking_for(name):
            return self.client.head_object(**self.object(name))

    def _open(self, name, mode="rb"):
        """All of it, as half a file helps nobody."""
        with self.asking_for(name):
            answer = self.client.get_object(**self.object(name))
            file = BytesIO() if answer["ContentLength"] <= IN_MEMORY else TemporaryFile()  # noqa: SIM115 - who asked closes it
            try:
                with closing(answer["Body"]) as body:
                    shutil.copyfileobj(body, file)
            except BaseException:
                file.close()
                raise
        file.seek(0)
        return File(file, name)

    def _save(self, name, content):
        content.seek(0)
        with self.asking_for(name):
            # Without a type: if ever somebody opens the bucket to all, no browser shows what is in it.
            self.client.put_object(**self.object(name), Body=content)
        note_written(name)
        return name

    def move(self, name, target):
        with self.asking_for(name):
            self.client.copy_object(**self.object(target), CopySource=self.object(name))
            self.client.delete_object(**self.object(name))

    def delete(self, name):
        with self.asking_for(name):
            self.client.delete_object(**self.object(name))

    def exists(self, name):
        try:
            return bool(self.head(name))
        except FileNotFoundError:
            return False

    def size(self, name):
        return self.head(name)["ContentLength"]

    def get_modified_time(self, name):
        return self.head(name)["LastModified"]

    def set_modified_time(self, name, moment):
        """A store has times of its own: days are counted from the day of a restore."""

    def listdir(self, path):
        begin = f"{self.prefix}{path}"
        folders, files = [], []
        with self.asking_for(path):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=begin, Delimiter="/"):
                folders += [one["Prefix"].removeprefix(begin).strip("/") for one in page.get("CommonPrefixes", [])]
                files += [one["Key"].removeprefix(begin) for one in page.get("Contents", [])]
        return folders, [name for name in files if name]  # a folder that some console made is a file without a name

    def url(self, name):
        return settings.MEDIA_URL + filepath_to_uri(name)
