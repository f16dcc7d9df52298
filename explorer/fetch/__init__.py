"""What a logical request becomes, exactly as the tool makes it: cache, retries, authentication, redirects, wire."""

from .fetcher import Fetcher

__all__ = ["Fetcher"]
