# The service (REST and the demo on one port) and the dashboard: the light set without PyTorch, models inside.
#
#   docker build -t zijian .                                            # or: docker compose up
#   docker run --read-only --tmpfs /tmp -p 5000:5000 zijian             # the service
#
# BASE is any image with Python 3.10 to 3.14 as `python` and glibc. The user is unprivileged; what is written lies in the
# folders declared below, so the root may be read-only. docs/hosting.md says how large all this is.
ARG BASE=python:3.12-slim

FROM ${BASE} AS packages
COPY requirements-demo.txt constraints.txt /build/
RUN python -m venv /opt/zijian \
 && /opt/zijian/bin/python -m pip install --no-cache-dir --disable-pip-version-check -r /build/requirements-demo.txt \
 # what only developers of these packages use
 && cd /opt/zijian/lib/python3*/site-packages \
 && rm -rf pandas/tests pyarrow/tests pyarrow/include pyarrow/src pip pip-*.dist-info

FROM ${BASE}
# Anybody may write there, as in /tmp: whoever starts the container chooses its user.
RUN useradd --create-home --uid 1000 zijian \
 && mkdir -p /app && mkdir -m 1777 /app/uploads /app/runs /app/cases /app/own-models /app/cache
COPY --from=packages /opt/zijian /opt/zijian
ENV PATH=/opt/zijian/bin:$PATH
WORKDIR /app
COPY . .
# Compiled here, as nothing can be where the root is read-only.
RUN python -m compileall -q ocr_core eval apps

USER zijian
ENV HOST=0.0.0.0 \
    PORT=5000 \
    HOST=0.0.0.0 \
    ZIJIAN_INT8_FOLDER=/app/cache/int8 \
    ZIJIAN_HASHES=/app/cache/hashes.json \
    HOME=/app/cache \
    XDG_CACHE_HOME=/app/cache \
    GRADIO_TEMP_DIR=/app/uploads/demo \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
VOLUME ["/app/uploads", "/app/runs", "/app/cases", "/app/own-models", "/app/cache"]
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["python", "-m", "apps.server"]
