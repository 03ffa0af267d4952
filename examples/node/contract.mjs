// SPDX-License-Identifier: Apache-2.0
// The service's contract as gRPC for Node.js reads it, at run time, and a connection to the service.

import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

// Where cache_invalidation/v1 is; `./dev install --prefix DIR` puts it into DIR/share/cache_invalidation/protos.
const PROTOS = process.env.PROTOS ?? fileURLToPath(new URL("../../protos", import.meta.url));

const OPTIONS = {
  keepCase: true,
  longs: Number, // a revision is the number of an event
  enums: String,
  defaults: true, // 0, "" and [] for what is absent; null for an absent message
  oneofs: true, // the name of the member that is set, under the name of the oneof
  includeDirs: [PROTOS],
};

const services = ["cache_entry", "subscription", "write_event"].map((name) => `cache_invalidation/v1/${name}_service.proto`);

/** The clients of the services, by their names: new v1.SubscriptionService(...). */
export const v1 = grpc.loadPackageDefinition(protoLoader.loadSync(services, OPTIONS)).cache_invalidation.v1;

// All clients of one endpoint share a connection. gRPC looks for a lost service every second or two; by default its pauses
// grow to two minutes.
const CHANNEL = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2000,
};

/** A client of a service: connect(v1.WriteEventService, "localhost:7400"). */
export function connect(Service, endpoint) {
  return new Service(endpoint, grpc.credentials.createInsecure(), CHANNEL);
}

/** Calls a method with one response, which must arrive within the time. Waits for a connection if there is none. */
export function call(client, method, request, milliseconds) {
  const metadata = new grpc.Metadata({ waitForReady: true });
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + milliseconds }, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
}

/** A google.protobuf.Duration. */
export function duration(milliseconds) {
  return { seconds: Math.floor(milliseconds / 1000), nanos: Math.floor((milliseconds % 1000) * 1e6) };
}

/** The milliseconds of a google.protobuf.Duration. */
export function milliseconds({ seconds, nanos }) {
  return seconds * 1000 + nanos / 1e6;
}
