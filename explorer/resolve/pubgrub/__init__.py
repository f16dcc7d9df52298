"""PubGrub: the algorithm, knowing nothing of indexes or Python; `resolve.uv` asks it to decide.

Source: https://github.com/dart-lang/pub/blob/master/doc/solver.md, and the names of the Rust crate that uv uses.
"""
