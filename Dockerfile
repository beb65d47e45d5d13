FROM python:3.12-slim

WORKDIR /srv/pobratim

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY pyproject.toml LICENSE ./
COPY app ./app
COPY migrations ./migrations
COPY seed ./seed

# A fresh volume takes the owner of the folder it is mounted on, so the folder comes first.
RUN mkdir /data && chown 10001:10001 /data
VOLUME /data
ENV DATABASE_URL=sqlite:////data/pobratim.db \
    HOST=0.0.0.0 \
    PORT=8000 \
    PYTHONUNBUFFERED=1

USER 10001:10001
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]

CMD ["sh", "-c", "alembic upgrade head && python -m seed && exec python -m app"]
