/** Filters that live beside the main API. */
export const CONTRIB = `
message envoy.extensions.filters.http.dynamo.v3.Dynamo
`;
