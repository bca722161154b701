# tiltmeter in a container: `docker build -t tiltmeter .`, then `docker run --rm -v "$PWD:/data" tiltmeter demo`.
FROM python:3.13-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
# the versions of the lock file, without those of the tools for development, which nothing here asks for
RUN grep -E '^[a-z0-9]' requirements.lock | sed 's/ *\\$//' > versions.txt
COPY src ./src
RUN python -m venv /opt/tiltmeter \
 && /opt/tiltmeter/bin/pip install --no-cache-dir --constraint versions.txt '.[cluster,pdf]'

FROM python:3.13-slim-bookworm
RUN useradd --create-home --uid 1000 tilt && install -d -m 1777 /data /var/cache/tiltmeter
COPY --from=build /opt/tiltmeter /opt/tiltmeter
ENV PATH=/opt/tiltmeter/bin:$PATH TILTMETER_CACHE=/var/cache/tiltmeter
USER 1000
# the coder is trained from its corpus once, here, and not at each start
RUN tiltmeter train
WORKDIR /data
VOLUME /data
ENTRYPOINT ["tiltmeter"]
CMD ["--help"]
