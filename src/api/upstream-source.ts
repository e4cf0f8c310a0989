/** Where connections to hosts are to come from, instead of this machine's own address. */
export interface UpstreamSource {
  /** Of either family; a host of the other one cannot be reached from it. */
  readonly ip: string;
  /** Of the packets, for the machine's routing to go by (`SO_MARK`); 0 = none. */
  readonly mark: number;
}
