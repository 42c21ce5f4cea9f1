/** The variables that the examples read, so that they may be written as readers write them. */
declare namespace NodeJS {
  interface ProcessEnv {
    DATABASE_URL?: string;
    EXPORT_TASK_GAUGES?: string;
    NODE_ENV?: string;
    PORT?: string;
    RUN_JOBS?: string;
  }
}
