# The service with what it runs on and nothing else. Node is that of the image: the one among the
# development dependencies is of the same version (a test holds it) and is not installed here.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]

FROM node:24.21.0-bookworm-slim
# A volume that is new begins as this folder is: the user's own.
RUN ["install", "-d", "-o", "1000", "-g", "1000", "-m", "0700", "/data"]
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY schemas ./schemas
COPY projections ./projections
COPY scripts/eventstore ./scripts/eventstore
COPY src ./src

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER 1000:1000
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# A start reads the stream from the beginning if nothing of it was saved.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"]

# `docker run … src/cli/timecredits.ts --help` is the command line.
ENTRYPOINT ["node"]
CMD ["--max-semi-space-size=64", "src/main.ts"]
