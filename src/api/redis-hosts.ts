import type { AwsKeys } from '../base/aws-presign.js';

/** Who the proxy is on connections to Redis hosts; empty texts: nobody in particular. One character per byte. */
export type RedisCredentials = { readonly username: string; readonly password: string };

/** Passwords are requests to a cache of AWS, signed when they are needed. */
export type RedisIam = {
  /** Null: there are none, and nothing is signed. */
  readonly keys: AwsKeys | null;
  readonly region: string;
  readonly service: string;
  readonly cacheName: string;
  readonly lifeSeconds: number;
};

/** What a cluster has to tell to those who speak Redis to it. */
export type RedisHosts = {
  readonly credentials: RedisCredentials;
  /** By address, `10.0.0.1:6379`; instead of the above. */
  readonly credentialsOf: { readonly [address: string]: RedisCredentials };
  /** Null: passwords are those of the configuration. */
  readonly iam: RedisIam | null;
  /** Keys live in numbered slots, and its balancer knows where. */
  readonly hasSlots: boolean;
};
