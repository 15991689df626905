"""Where documents lie: a folder of this machine, or an S3-compatible service."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from casehug.config import env


def files(folder: Path) -> dict[str, Any]:
    """Django's description of the storage for documents. Raises Misconfigured (E008)."""
    chosen = env.optional("CASEHUG_STORAGE", "local").strip().lower()
    if chosen == "local":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": folder,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    if chosen != "s3":
        raise env.Misconfigured("E008", "CASEHUG_STORAGE is unknown.", "Use local or s3.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise env.Misconfigured(
            "E008",
            "CASEHUG_STORAGE is s3, but the library for it is not installed.",
            "Install it: pip install django-storages[s3]",
        )
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3()}


def _s3() -> dict[str, Any]:
    options = {
        # Private, never overwritten by chance, and only reached through CaseHug.
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
        "bucket_name": env.required("CASEHUG_S3_BUCKET", number="E008", hint="Name the bucket for documents."),
        "endpoint_url": env.optional("CASEHUG_S3_ENDPOINT"),
        "region_name": env.optional("CASEHUG_S3_REGION"),
        "access_key": env.optional("CASEHUG_S3_KEY_ID"),
        "secret_key": env.optional("CASEHUG_S3_SECRET"),
    }
    return {name: value for name, value in options.items() if value != ""}
