import type { RunOutcome } from '../../../src/store/recorded-run.js';

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A task of the shop, and how its last runs went. */
export interface ShopTask {
  name: string;
  member: string;
  schedule: string;
  timeZone?: string;
  interval: number;
  /** How long a run takes, in milliseconds, more or less. */
  takes: number;
  /** How many runs are in its history. */
  runs?: number;
  /** Runs that did not succeed, counted from the newest, which is 1. */
  endings?: Readonly<Record<number, RunEnding>>;
  /** How many of its last ticks nobody ran. */
  missed?: number;
  pause?: ShopPause;
}

/** Milliseconds before now; without `until` it lasts. */
export interface ShopPause {
  since: number;
  until?: number;
  by: string;
  reason: string;
}

export interface RunEnding {
  outcome: Extract<RunOutcome, 'failed' | 'aborted' | 'cancelled'>;
  error?: string;
}

export const HTTP_503: RunEnding = {
  outcome: 'failed',
  error:
    'Error: 503 Service Unavailable from prices.example\n    at PriceFeed.read (/app/dist/prices/price-feed.js:41:13)\n' +
    '    at async PriceJobs.importPrices (/app/dist/prices/price-jobs.js:18:5)',
};
const REFUSED: RunEnding = { outcome: 'failed', error: 'Error: connect ECONNREFUSED 10.0.3.7:5432' };

/** What a shop does beside its customers' requests. */
export const SHOP_TASKS: readonly ShopTask[] = [
  {
    name: 'send-order-mails',
    member: 'MailJobs.sendOrderMails',
    schedule: '* * * * *',
    interval: MINUTE,
    takes: 900,
  },
  {
    name: 'sync-stock',
    member: 'StockJobs.syncStock',
    schedule: '*/5 * * * *',
    interval: 5 * MINUTE,
    takes: 4_200,
    endings: { 23: { outcome: 'aborted' } },
  },
  {
    name: 'import-prices',
    member: 'PriceJobs.importPrices',
    schedule: '*/15 * * * *',
    interval: 15 * MINUTE,
    takes: 38_000,
    endings: { 1: HTTP_503, 2: HTTP_503, 3: HTTP_503, 19: HTTP_503, 44: { outcome: 'cancelled' } },
    pause: { since: 5 * HOUR, until: 4 * HOUR, by: 'ben@shop.example', reason: 'the supplier moves its API' },
  },
  {
    name: 'charge-subscriptions',
    member: 'BillingJobs.chargeSubscriptions',
    schedule: '0 * * * *',
    interval: HOUR,
    takes: 260_000,
    endings: { 31: REFUSED, 52: { outcome: 'aborted' } },
  },
  {
    name: 'reindex-search',
    member: 'SearchJobs.reindex',
    schedule: '*/10 * * * *',
    interval: 10 * MINUTE,
    takes: 52_000,
    pause: { since: 96 * MINUTE, by: 'ana@shop.example', reason: 'the search cluster moves' },
  },
  {
    name: 'nightly-report',
    member: 'ReportJobs.nightly',
    schedule: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    interval: 24 * HOUR,
    takes: 412_000,
    runs: 24,
    endings: { 9: REFUSED },
    missed: 3,
  },
  {
    name: 'export-orders',
    member: 'OrderJobs.export',
    schedule: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    interval: 24 * HOUR,
    takes: 95_000,
    runs: 26,
  },
  {
    name: 'clean-up-carts',
    member: 'CartJobs.cleanUp',
    schedule: '0 */6 * * *',
    interval: 6 * HOUR,
    takes: 11_000,
  },
  {
    name: 'refresh-exchange-rates',
    member: 'PriceJobs.refreshRates',
    schedule: '5 * * * *',
    interval: HOUR,
    takes: 640,
    endings: { 12: HTTP_503 },
  },
  {
    name: 'send-newsletter',
    member: 'MailJobs.sendNewsletter',
    schedule: '0 9 * * 1-5',
    timeZone: 'Europe/Berlin',
    interval: 24 * HOUR,
    takes: 1_260_000,
    runs: 18,
  },
  {
    name: 'rebuild-sitemap',
    member: 'SeoJobs.rebuildSitemap',
    schedule: '0 4 * * 0',
    interval: 7 * 24 * HOUR,
    takes: 21_000,
    runs: 3,
  },
  {
    name: 'send-invoices',
    member: 'BillingJobs.sendInvoices',
    schedule: '0 6 1 * *',
    interval: 28 * 24 * HOUR,
    takes: 310_000,
    runs: 1,
  },
];
