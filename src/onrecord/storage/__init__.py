"""Recordings at rest: sealed objects in a local folder or S3."""
