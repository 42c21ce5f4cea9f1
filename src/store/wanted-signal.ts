/** Says whether a request is still wanted. An `AbortSignal` is one, and costs more than everything else about a request. */
export interface WantedSignal {
  readonly aborted: boolean;
}
