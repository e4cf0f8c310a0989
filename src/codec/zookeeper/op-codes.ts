/** Operations by their number in requests. */
export const OpCode = {
  connect: 0,
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  createTtl: 21,
  close: -11,
  auth: 100,
  setWatches: 101,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
} as const;

/** Numbers of requests that have a meaning of their own; those of the rest are the client's to choose. */
export const Xid = { connect: 0, watchEvent: -1, ping: -2, auth: -4, setWatches: -8 } as const;

/** Of the flags of a create request, by number. */
export const createTypes = [
  'persistent',
  'ephemeral',
  'persistent_sequential',
  'ephemeral_sequential',
  'container',
  'persistent_with_ttl',
  'persistent_sequential_with_ttl',
];
