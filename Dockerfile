# The demo with the light set, as an unprivileged user. Build: docker build -t zijian . Run: docker run -p 7860:7860 zijian
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 zijian
WORKDIR /home/zijian/app
COPY requirements-demo.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements-demo.txt
COPY --chown=zijian . .

USER zijian
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_TEMP_DIR=/tmp/zijian PORT=7860 PYTHONUNBUFFERED=1
EXPOSE 7860
CMD ["python", "-m", "apps.gradio_app"]
