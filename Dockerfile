# Mailer in a container: docker build -t mailer . && docker run -v mailer:/data -p 8080:8080 mailer
# The volume keeps config.toml and the database. The first start makes them.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY mailer mailer
COPY templates templates
COPY languages languages
COPY migrations migrations
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --system --home-dir /data --create-home mailer

USER mailer
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Inside a container, loopback is nobody's door.
ENV MAILER_WEB__HOST=0.0.0.0
CMD ["sh", "-c", "test -f config.toml || mailer init --yes; mailer db upgrade && exec mailer run"]
