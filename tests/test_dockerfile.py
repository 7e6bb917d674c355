"""The Dockerfile installs what the Makefile installs, runs as nobody in particular, and takes no secrets along."""

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
LOCK = re.compile(r"requirements/(dev|runtime)\.txt")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions as (WORD, rest), comments gone and continued lines joined."""
    kept = "\n".join(line for line in read("Dockerfile").splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", kept).splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, its FROM first."""
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def final(word: str) -> list[str]:
    """What the last stage says with this instruction."""
    return [rest for said, rest in stages()[-1] if said == word]


def expanded(makefile: str) -> str:
    """The Makefile with its own `NAME := value` variables written out."""
    values = dict(re.findall(r"^(\w+)\s*:=\s*(.+)$", makefile, re.MULTILINE))
    for _ in values:  # a variable may stand in another one's value
        makefile = re.sub(r"\$\((\w+)\)", lambda m: values.get(m[1], m[0]), makefile)
    return makefile


def pip_steps(text: str) -> list[str]:
    """The arguments of each `pip install` that is run; both locks under one name, editable or not alike."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    commands = [part for line in lines if re.match(r"RUN |\t", line) for part in line.split("&&")]
    steps = [step.strip() for command in commands for step in re.findall(r"-m pip (install .*)", command)]
    return [re.sub(r"(-e|--editable) \.", ".", LOCK.sub("LOCK", step)) for step in steps]


def locked(name: str) -> set[str]:
    """The packages that a lock file names."""
    return set(re.findall(r"^([a-z0-9.-]+)==", read(f"requirements/{name}.txt"), re.MULTILINE))


def ignored(path: str) -> bool:
    """Whether `.dockerignore` keeps the path out: the last pattern that matches it, or a folder above it, decides."""
    places = [PurePosixPath(path), *PurePosixPath(path).parents][:-1]
    out = False
    for line in read(".dockerignore").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(_matches(place, pattern) for place in places):
            out = not line.startswith("!")
    return out


def _matches(place: PurePosixPath, pattern: str) -> bool:
    """As Docker does it: `*` stays within one folder; a leading `**/` is any number of folders."""
    parts, wanted = place.parts, PurePosixPath(pattern).parts
    if wanted[0] == "**":
        wanted = wanted[1:]
        parts = parts[-len(wanted) :]
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def test_image_and_makefile_install_with_the_same_steps() -> None:
    steps = pip_steps(read("Dockerfile"))
    aside = "requirements/contract.txt"  # of an environment of its own, for one optional target
    assert steps == [step for step in pip_steps(expanded(read("Makefile"))) if aside not in step]
    assert len(steps) == 3
    assert "requirements/dev.txt" not in read("Dockerfile")


def test_the_project_is_not_installed_editable() -> None:
    assert not re.search(r"pip install .*(-e|--editable)\b", read("Dockerfile"))


def test_all_build_tools_and_only_those_are_taken_out_again() -> None:
    runs = " && ".join(rest for word, rest in stages()[0] if word == "RUN")
    gone = {
        name
        for names in re.findall(r"-m pip uninstall ([^&]*)", runs)
        for name in names.split()
        if not name.startswith("-")
    }
    assert gone == locked("build") - locked("runtime") | {"pip"}


def test_two_stages_from_one_base_that_a_build_argument_can_change() -> None:
    assert instructions()[0] == ("ARG", "BASE=python:3.11-slim-bookworm")
    assert [stage[0][1] for stage in stages()] == ["${BASE} AS builder", "${BASE}"]
    assert final("COPY") == ["--from=builder /opt/sluis /opt/sluis"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("USER", ["10001:10001"]),
        ("ENTRYPOINT", ['["sluis"]']),
        ("CMD", ['["serve"]']),
        ("STOPSIGNAL", ["SIGTERM"]),
        ("VOLUME", ['["/data"]']),
        ("EXPOSE", ["8080 8081"]),
    ],
)
def test_how_the_container_runs(word: str, said: list[str]) -> None:
    assert final(word) == said


def test_health_is_asked_of_the_bot_itself() -> None:
    (check,) = final("HEALTHCHECK")
    assert check.endswith('CMD ["sluis", "health"]')


@pytest.mark.parametrize(
    "setting",
    [
        "PYTHONDONTWRITEBYTECODE=1",
        "PYTHONUNBUFFERED=1",
        "SLUIS_DATABASE_URL=sqlite:////data/sluis.db",
        "SLUIS_HTTP_HOST=0.0.0.0",
        "SLUIS_HTTP_PORT=8080",
        "SLUIS_EVENTS_HOST=0.0.0.0",
        "SLUIS_EVENTS_PORT=8081",
    ],
)
def test_environment(setting: str) -> None:
    assert setting in " ".join(final("ENV")).split()


def test_only_the_image_s_own_settings_are_written_down() -> None:
    names = {
        name
        for word, rest in instructions()
        if word in ("ENV", "ARG")
        for name in re.findall(r"(\w+)=", rest)
    }
    assert names == {
        *("BASE", "PATH", "PIP_NO_CACHE_DIR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
        *("SLUIS_DATABASE_URL", "SLUIS_HTTP_HOST", "SLUIS_HTTP_PORT"),
        *("SLUIS_EVENTS_HOST", "SLUIS_EVENTS_PORT"),
    }


def test_labels_tell_the_version_and_name_nobody() -> None:
    labels = " ".join(final("LABEL"))
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f'image.version="{version}"' in labels
    assert "://" not in labels
    assert "@" not in labels
    assert not re.search(r"image\.(authors|vendor|url|source)", labels)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        ".demo/index.html",
        "sluis.db",
        "sluis.db-wal",
        "secrets/jira_token",
        "cassettes/jira/page.yaml",
        "tests/conftest.py",
        "requirements/dev.txt",
        "bot/.env",
        "bot/journal/try.db",
        "rules/try.db-shm",
        "connectors/jira/__pycache__/source.cpython-311.pyc",
    ],
)
def test_kept_out_of_the_build(path: str) -> None:
    assert ignored(path)


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "README.md",
        "requirements/build.txt",
        "requirements/runtime.txt",
        "domain/ticket.py",
        "bot/__main__.py",
        "bot/messages/i18n/locale/nl/sluis.po",
        "connectors/catalog.py",
        "rules/packs/vo-icr.yaml",
    ],
)
def test_let_into_the_build(path: str) -> None:
    assert (ROOT / path).is_file()
    assert not ignored(path)


def test_only_named_things_are_copied() -> None:
    sources = [src for word, rest in stages()[0] if word == "COPY" for src in rest.split()[:-1]]
    assert sources == [
        *("requirements/build.txt", "requirements/runtime.txt", "pyproject.toml", "README.md"),
        *("domain/", "rules/", "connectors/", "bot/"),
    ]
