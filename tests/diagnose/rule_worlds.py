"""Small worlds, each with the cause of one finding; `{…}` in some is what the world beside it has not."""

from __future__ import annotations

from test_credential_rules import PRIVATE
from test_index_rules import HAS_A
from test_version_rules import one as version_world

COMPILE = ("uv", "pip", "compile", "requirements.in")
IDX = (*COMPILE, "--default-index", "idx={idx}")
CORP = (*COMPILE, "--default-index", "corp={corp}")
TWO = (*COMPILE, "--index", "first={first}", "--default-index", "second={second}")
LOCK = ("uv", "lock")
BEST = ("--index-strategy", "unsafe-best-match")


WINDOWS = 'sdist = false\nwheel-tags = ["py3-none-win_amd64"]'
ONLY_ON_WINDOWS = ('dependencies = ["a"]', "dependencies = [\"a; sys_platform == 'win32'\"]")
HERE = "required-environments = sys_platform == 'linux'"
EXPLICIT = """
[files]
"pyproject.toml" = '''
[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = ["a"]
[[tool.uv.index]]
name = "private"
url = "{private}"
explicit = true
[[tool.uv.index]]
name = "public"
url = "{public}"
default = true
'''
[[server]]
id = "s"
[[server.index]]
id = "private"
[server.index.packages.b.versions."1.0"]
sdist = false
[[server.index]]
id = "public"
[server.index.packages.a.versions."1.0"]
sdist = false
requires = ["b"]
"""
# a 2.0 needs what no index has: so a file of index one is asked after the credentials of two were the last to be used
REGISTRIES = """
[files]
"requirements.in" = "a"
[[server]]
id = "s"
[[server.index]]
id = "one"
auth = { user = "one", password = "key-one", rejected = 403 }
{files-one}
[server.index.packages.a.versions."1.0"]
sdist = false
[server.index.packages.a.versions."2.0"]
sdist = false
requires = ["b>=9"]
[[server.index]]
id = "two"
auth = { user = "two", password = "key-two", rejected = 403 }
{files-two}
[server.index.packages.b.versions."1.0"]
sdist = false
"""
OUTSIDE = REGISTRIES.replace("{files-one}", 'files = "/store/one"').replace("{files-two}", 'files = "/store/two"')
INSIDE = REGISTRIES.replace("{files-one}", "").replace("{files-two}", "")
LOCKED = """version = 1
requires-python = ">=3.8"
[[package]]
name = "a"
version = "1.0"
source = { registry = "http://elsewhere.test/simple" }
wheels = [{ url = "http://elsewhere.test/a-1.0-py3-none-any.whl", hash = "sha256:00" }]
[[package]]
name = "p"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[package.metadata]
requires-dist = [{ name = "a" }]
"""
FORWARDED = """
[files]
"requirements.in" = "a"
[[server]]
id = "gitlab"
[[server.index]]
id = "first"
redirect-missing-to = "second"
[[server]]
id = "public"
host = "{host}"
[[server.index]]
id = "second"
[server.index.packages.a.versions."1.0"]
sdist = false
"""
BEHIND_REDIRECT = """
[files]
"requirements.in" = "a"
[[server]]
id = "front"
[[server.index]]
id = "corp"
redirect-missing-to = "store"
[[server]]
id = "cdn"
host = "localhost"
[[server.index]]
id = "store"
auth = { user = "alice", password = "secret-key" }
[server.index.packages.a.versions."1.0"]
sdist = false
"""
RIGHT_NETRC = PRIVATE.replace("elsewhere.test login bob password hunter2", "127.0.0.1 login alice password secret-key")
OTHER_HOST = """
[files]
"requirements.in" = "a"
[[server]]
id = "s"
[[server.index]]
id = "corp"
auth = { user = "alice", password = "secret-key" }
{host}
[server.index.packages.a.versions."1.0"]
sdist = false
[[server]]
id = "files"
host = "localhost"
[[server.index]]
id = "elsewhere"
files = "/corp/files"
auth = { user = "bob", password = "other-key" }
[server.index.packages.a.versions."1.0"]
sdist = false
"""
WITH_URL = (*COMPILE, "--default-index", "corp={corp|alice:secret-key}")
LOCAL = """
[files]
"pyproject.toml" = '''
[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = ["torch"]
[tool.uv.sources]
torch = { index = "cu" }
[[tool.uv.index]]
name = "cu"
url = "{cu}"
explicit = true
[[tool.uv.index]]
name = "pub"
url = "{pub}"
default = true
'''
[[server]]
id = "s"
[[server.index]]
id = "cu"
[server.index.packages.torch.versions."2.5.1+cu124"]
sdist = false
wheel-tags = {tags}
[[server.index]]
id = "pub"
[server.index.packages.torch.versions."2.5.1"]
sdist = false
"""
LYING = """
[files]
"requirements.in" = "a"
[[server]]
id = "s"
[[server.index]]
id = "idx"
core-metadata = false
page-types = { a = "application/vnd.pypi.simple.v1+json" }
[server.index.pages]
a = '''{"meta": {"api-version": "1.1"}, "name": "a", "files": [
{"filename": "a-0.7.0-py3-none-any.whl",
"url": "{idx!root}/idx/files/a-0.7.0%2Bcpu-py3-none-any.whl", "hashes": {}}]}'''
[server.index.packages.a.versions."0.7.0+cpu"]
sdist = false
"""
DIFFERENT_WHEELS = """
[files]
"requirements.in" = "a[cuda]"
[[server]]
id = "s"
[[server.index]]
id = "idx"
[server.index.packages.a.versions."1.0"]
sdist = false
wheel-tags = ["py3-none-macosx_11_0_arm64", "py3-none-manylinux_2_17_x86_64"]
per-file = { {lacking} = { extras = {} } }
extras = { cuda = ["b"] }
[server.index.packages.b.versions."1.0"]
sdist = false
"""
PRE = version_world("a>=2.0b1,<3\\nb", "2.0b1") + (
    '[server.index.packages.b.versions."1.0"]\nsdist = false\nrequires = ["c>=1"]\n'
    '[server.index.packages.c.versions."2.0a1"]\nsdist = false\n'
)
OLD_CUT = (*IDX, "--exclude-newer", "2024-01-01")
STALE_OUTPUT = version_world().replace("[files]", '[files]\n"out.txt" = "a==1.0"')
NEWER = '[server.index.packages.a.versions."2.0"]\nsdist = false\n'
HAS_B = HAS_A.format("1.0").replace("packages.a", "packages.b")
ACCOUNT = 'auth = { user = "u", password = "right" }\n'
