import type { LoggerService } from '@nestjs/common';

export interface LogLine {
  level: 'log' | 'warn' | 'error' | 'debug' | 'verbose' | 'fatal';
  message: string;
}

/** Keeps what an application logs. */
export class CapturedLog implements LoggerService {
  readonly lines: LogLine[] = [];

  log = this.writer('log');
  warn = this.writer('warn');
  error = this.writer('error');
  debug = this.writer('debug');
  verbose = this.writer('verbose');
  fatal = this.writer('fatal');

  get warnings(): string[] {
    return this.messages('warn');
  }

  get errors(): string[] {
    return this.messages('error');
  }

  private messages(level: LogLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  private writer(level: LogLine['level']) {
    return (message: unknown): void => void this.lines.push({ level, message: String(message) });
  }
}
