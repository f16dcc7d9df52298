"""uv's resolver: PubGrub with uv's priorities, prefetching, forks and sentences."""
