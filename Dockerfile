# Pin the base by digest where builds must repeat: --build-arg BASE=python:3.11-slim-bookworm@sha256:...
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS builder
ENV PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/sluis

# The same three steps stand in the Makefile: pinned build tools, pinned packages, the project.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN /opt/sluis/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt \
    && /opt/sluis/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r requirements/runtime.txt
COPY pyproject.toml README.md ./
COPY domain/ domain/
COPY rules/ rules/
COPY connectors/ connectors/
COPY bot/ bot/
RUN /opt/sluis/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation .

# What only the build needed leaves; the check tells when something of the bot's own left with it.
RUN /opt/sluis/bin/python -m pip uninstall --quiet --yes \
        editables hatchling pathspec pluggy setuptools tomlkit trove-classifiers wheel \
    && /opt/sluis/bin/python -m pip check --disable-pip-version-check \
    && /opt/sluis/bin/python -m pip uninstall --quiet --yes pip


FROM ${BASE}
ARG BASE
LABEL org.opencontainers.image.title="Sluiswachter" \
      org.opencontainers.image.description="Lock-keeper for IT changes: checks change and release tickets against the measures their classification demands." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="${BASE}"

# A named user, because libpq asks for the name of its user id. Only /data is theirs to write.
RUN groupadd --gid 10001 sluis \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin sluis \
    && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=builder /opt/sluis /opt/sluis
WORKDIR /app

ENV PATH="/opt/sluis/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SLUIS_DATABASE_URL=sqlite:////data/sluis.db \
    SLUIS_HTTP_HOST=0.0.0.0 \
    SLUIS_HTTP_PORT=8080 \
    SLUIS_EVENTS_HOST=0.0.0.0 \
    SLUIS_EVENTS_PORT=8081

USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# Needs an image in Docker's format (buildah: --format docker); the OCI format knows no health check.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["sluis", "health"]
ENTRYPOINT ["sluis"]
CMD ["serve"]
