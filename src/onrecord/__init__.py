"""OnRecord: a self-hosted sales dialer with governed call recording."""
