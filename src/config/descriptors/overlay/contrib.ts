/** Filters that live beside the main API. */
export const CONTRIB = `
message envoy.extensions.filters.http.dynamo.v3.Dynamo

message envoy.extensions.filters.network.client_ssl_auth.v3.ClientSSLAuth
  1 auth_api_cluster string {"min_len":1}
  2 stat_prefix string {"min_len":1}
  3 refresh_delay .Duration
  4 ip_white_list repeated envoy.config.core.v3.CidrRange
`;
