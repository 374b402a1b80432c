# syntax=docker/dockerfile:1
# The service with everything it needs, the models of the embedded engine included.

FROM node:22-bookworm-slim AS build
# better-sqlite3 is compiled here where no ready binary can be fetched.
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 make g++ \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npx nest build
# onnxruntime-node carries the binaries of all systems; the others' are 66 MB.
RUN npm prune --omit=dev \
    && rm -rf node_modules/onnxruntime-node/bin/napi-v3/darwin node_modules/onnxruntime-node/bin/napi-v3/win32

FROM node:22-bookworm-slim
# HOST: inside the container only; who can reach the service is decided by the published port.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=9000 DATA_DIR=/data
WORKDIR /app
# Volumes take over the owner of these folders: the service writes to them, and to /tmp, and nowhere else.
RUN mkdir -p /data /run/compreface && chown node:node /data /run/compreface
COPY package.json LICENSE* ./
COPY deploy/*.mjs ./deploy/
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
VOLUME ["/data"]
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:9000/api/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
