# The headless engine, without Qt, without pip and without root.
#
#   docker build -t pollux .
#   docker run -p 7860:7860 --env-file .env pollux
#
# Both stages stand on one base: the environment made in the first names its interpreter. A base
# needs Python 3.11 or later as /usr/local/bin/python3, pip in the first stage, and glibc.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# Only `strip` is wanted of it, in whatever version the base's Debian has.
# hadolint ignore=DL3008
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends binutils \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# pip works on these environments from outside, so that none gets into them.
RUN /usr/local/bin/python3 -m venv --without-pip /opt/pollux \
 && /usr/local/bin/python3 -m venv --without-pip /opt/build
COPY requirements/build.txt requirements/server.txt requirements/
RUN python3 -m pip --python /opt/pollux/bin/python install --no-compile --no-deps \
      --require-hashes --only-binary :all: -r requirements/server.txt \
 && python3 -m pip --python /opt/build/bin/python install --no-deps \
      --require-hashes --only-binary :all: -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY proxy_core proxy_core
COPY desktop desktop
COPY resources/icon.svg resources/icon.svg
COPY resources/translations resources/translations
# A fifth of the layer was symbols for debuggers. Nothing can write bytecode later, since the root
# file system may be read-only; `unchecked`, it is not compared with its source at each start. With
# one hash seed it is the same in every build, and `-f` replaces what running pip left.
RUN python3 -m pip --python /opt/build/bin/python wheel --no-deps --no-build-isolation \
      --wheel-dir /dist . \
 && python3 -m pip --python /opt/pollux/bin/python install --no-compile --no-deps --no-index \
      /dist/*.whl \
 && find /opt/pollux/lib -name '*.so*' -type f -exec strip --strip-unneeded {} + \
 && PYTHONHASHSEED=0 /opt/pollux/bin/python -m compileall -q -f \
      --invalidation-mode unchecked-hash /opt/pollux/lib
# So two builds of one commit on one base make this folder the same, times too.
ARG SOURCE_DATE_EPOCH=0
RUN find /opt/pollux -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE}
LABEL org.opencontainers.image.title="Pollux" \
      org.opencontainers.image.description="One local address for the Gemini API over all your Google accounts, projects and keys" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/pollux /opt/pollux
# The base has its standard library without bytecode: compiling what Pollux loads of it at each
# start and each health check took as long as all else, so a first import leaves that here. Group 0
# is that of the users whom OpenShift makes up.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/* \
      /usr/local/lib/python3*/ensurepip \
 && PYTHONHASHSEED=0 /opt/pollux/bin/python -c "import proxy_core.cli.headless, proxy_core.cli.health" \
 && mkdir -m 770 /var/lib/pollux \
 && chown 10001:0 /var/lib/pollux
# The folder of data and that of settings.toml are both /var/lib/pollux. PERSISTENT_STORAGE_PATH
# would name it too, but that setting keeps new credentials out of the vault.
ENV PATH=/opt/pollux/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/pollux \
    XDG_DATA_HOME=/var/lib \
    XDG_CONFIG_HOME=/var/lib \
    HOST=0.0.0.0
USER 10001:10001
VOLUME /var/lib/pollux
EXPOSE 7860
# Pollux lets running answers finish for up to 30 seconds: docker stop -t 40.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-m", "proxy_core.cli.health"]
ENTRYPOINT ["pollux"]
CMD ["--headless"]
