// Preloaded into a replica: its wall clock is ahead (or, negative, behind) by CLOCK_AHEAD_MS. The scheduler, the lock
// and everything else in the process believe it; the monotonic clock runs on as it is.
const ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const RealDate = Date;

globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + ahead);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};
