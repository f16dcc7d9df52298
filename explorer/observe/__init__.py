"""The real uv or pip in a scratch copy of the project, told as the same events as a simulated run."""
