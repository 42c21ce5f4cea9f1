// Preloaded into a replica: its wall clock is ahead (or, negative, behind) by CLOCK_AHEAD_MS, and by what a message
// `{ clockAhead }` says from then on. The scheduler, the lock and everything else in the process believe it; the
// monotonic clock runs on as it is.
let ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const RealDate = Date;

process.on('message', (message) => {
  if (typeof message?.clockAhead === 'number') ahead = message.clockAhead;
});

globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + ahead);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};
